# One image for engines and workers: Deno, FoundationDB's client library, and this repository.
#
#   docker build -t degov .
#   docker run degov engine --help

FROM denoland/deno:debian-2.9.6

ARG FDB_VERSION=7.3.63
ARG TARGETARCH

# The client library only; the loader must find libfdb_c. It is native code, used by engines on fdb: alone.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates curl \
  && curl -fsSLo /tmp/clients.deb \
    "https://github.com/apple/foundationdb/releases/download/${FDB_VERSION}/foundationdb-clients_${FDB_VERSION}-1_${TARGETARCH}.deb" \
  && dpkg -i /tmp/clients.deb \
  && ldconfig \
  && rm -rf /tmp/clients.deb /var/lib/apt/lists/*

WORKDIR /degov
COPY . .

# Everything that the programs import, fetched once, at the build.
RUN deno cache --frozen engine/main.ts engine/store/fdb_store.ts worker/main.ts worker/isolate/gen/isolate.js cli/main.ts

# Nothing here needs to write but the engine's own file, if it has one.
RUN useradd --create-home degov && mkdir -p /data && chown -R degov /data /deno-dir
USER degov
VOLUME /data

ENTRYPOINT ["deno", "task"]
CMD ["engine"]
