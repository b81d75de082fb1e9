/** Small WASM modules for the attacks, put together byte by byte, so that no compiler is needed. */

/** Function bodies, as opcodes without the closing `end`. */
export const LOOP = [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00]; // loop br 0 end unreachable
export const UNREACHABLE = [0x00];
export const I32_MINUS_ONE = [0x41, 0x7f];
export const I64_MINUS_ONE = [0x42, 0x7f];
/** Pointer 0, length 5: five zero bytes. */
export const I64_FIVE = [0x42, 0x05];
/** loop; memory.grow 16 pages, drop; memory.fill from the size before; br 0. */
export const GROW_AND_FILL = [
  ...[0x03, 0x40], // loop
  ...[0x41, 0x10, 0x40, 0x00, 0x41, 0x80, 0x80, 0x04, 0x6c], // i32.const 16; memory.grow; i32.const 65536; i32.mul
  ...[0x41, 0x01, 0x41, 0x80, 0x80, 0xc0, 0x00], // i32.const 1; i32.const 1 MiB
  ...[0xfc, 0x0b, 0x00], // memory.fill
  ...[0x0c, 0x00, 0x0b, 0x00], // br 0 end unreachable
];
/** Calls itself; `execute` is the second function. */
export const RECURSE = [0x20, 0x00, 0x20, 0x01, 0x10, 0x01];

const I32 = 0x7f;
const I64 = 0x7e;
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** What differs from a core module that gives an empty output. */
export interface CoreModule {
  alloc?: number[];
  execute?: number[];
  start?: number[];
  imports?: [module: string, name: string][];
}

/** Base64 of a module that exports memory, alloc and execute. */
export function coreModule({ alloc = [0x41, 0x00], execute = I64_FIVE, start, imports = [] }: CoreModule): string {
  const types = [functionType([I32], [I32]), functionType([I32, I32], [I64]), functionType([], [])];
  const bodies = [body(alloc), body(execute), ...(start ? [body(start)] : [])];
  const first = imports.length;
  return encode([
    section(1, vector(types)),
    section(2, vector(imports.map(([module, name]) => [...text(module), ...text(name), 0x00, 0x02]))),
    section(3, vector([[0], [1], ...(start ? [[2]] : [])])),
    section(5, vector([[0x00, 0x01]])),
    section(
      7,
      vector([
        [...text("memory"), 0x02, 0x00],
        [...text("alloc"), 0x00, first],
        [...text("execute"), 0x00, first + 1],
      ]),
    ),
    ...(start ? [section(8, [first + 2])] : []),
    section(10, vector(bodies)),
  ]);
}

/** Parameters of the WASI functions that the attacks call, each with arguments that mean trouble. */
const WASI: Record<string, { params: number[]; call: number[] }> = {
  proc_exit: { params: [I32], call: [0x41, 0x07] },
  path_open: {
    params: [I32, I32, I32, I32, I32, I64, I64, I32, I32],
    call: [0x41, 3, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x42, 0, 0x42, 0, 0x41, 0, 0x41, 0],
  },
  sock_accept: { params: [I32, I32, I32], call: [0x41, 3, 0x41, 0, 0x41, 0] },
  fd_write: { params: [I32, I32, I32, I32], call: [0x41, 9, 0x41, 0, 0x41, 1, 0x41, 16] },
  random_get: { params: [I32, I32], call: [0x41, 0x7f, 0x41, 0xe4, 0x00] },
};

/** Base64 of a WASI command that calls one function and prints its error number in decimal. */
export function wasiCommand(name: string): string {
  const { params, call } = WASI[name];
  const exits = name === "proc_exit";
  const print = [
    ...[0x21, 0x00], // local.set 0
    ...[0x41, 50, 0x20, 0x00, 0x41, 10, 0x6e, 0x41, 48, 0x6a, 0x3a, 0x00, 0x00], // mem[50] = '0' + n / 10
    ...[0x41, 51, 0x20, 0x00, 0x41, 10, 0x70, 0x41, 48, 0x6a, 0x3a, 0x00, 0x00], // mem[51] = '0' + n % 10
    // One digit or two: an I/O vector at 32 that begins at 50 or 51.
    ...[0x41, 32, 0x41, 51, 0x20, 0x00, 0x41, 9, 0x4b, 0x6b, 0x36, 0x02, 0x00],
    ...[0x41, 36, 0x41, 1, 0x20, 0x00, 0x41, 9, 0x4b, 0x6a, 0x36, 0x02, 0x00],
    ...[0x41, 1, 0x41, 32, 0x41, 1, 0x41, 40, 0x10, 1, 0x1a], // fd_write(1, 32, 1, 40); drop
  ];
  const local = exits ? [] : [1, 1, I32];
  const code = [...(exits ? [0] : local), ...call, 0x10, 0, ...(exits ? [] : print), 0x0b];
  return encode([
    section(
      1,
      vector([
        functionType(params, exits ? [] : [I32]),
        functionType([I32, I32, I32, I32], [I32]),
        functionType([], []),
      ]),
    ),
    section(
      2,
      vector([
        [...text("wasi_snapshot_preview1"), ...text(name), 0x00, 0x00],
        [...text("wasi_snapshot_preview1"), ...text("fd_write"), 0x00, 0x01],
      ]),
    ),
    section(3, vector([[2]])),
    section(5, vector([[0x00, 0x01]])),
    section(7, vector([[...text("memory"), 0x02, 0x00], [...text("_start"), 0x00, 0x02]])),
    section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
}

function encode(sections: number[][]): string {
  return new Uint8Array([...MAGIC, ...sections.flat()]).toBase64();
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function functionType(params: number[], results: number[]): number[] {
  return [0x60, params.length, ...params, results.length, ...results];
}

/** A body without locals. */
function body(code: number[]): number[] {
  return [...unsigned(code.length + 2), 0x00, ...code, 0x0b];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...new TextEncoder().encode(value)];
}

/** LEB128 */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;;) {
    const byte = rest & 0x7f;
    rest >>>= 7;
    if (rest === 0) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
