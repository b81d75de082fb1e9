/** Where a part of a document is: its path, and its position where the document was given as text. */

/** Line and column, each from 1. */
export interface Position {
  line: number;
  column: number;
}

/** What the readers of texts note about a value: where it and its parts are written. Offsets are in UTF-16 units. */
export interface Written {
  offset: number;
  /** Of the key, for a member of an object. */
  keyOffset?: number;
  /** Members by key, items by index. */
  parts?: Map<string | number, Written>;
  /** For a text that is written without escapes or folding: where its lines begin, and what each is indented by. */
  verbatim?: { offset: number; indent: number };
}

/** A part of a document. Immutable. */
export class Place {
  /** As `states.review.on.approve[0].target`; empty for the document itself. */
  readonly path: string;
  readonly #written: Written | undefined;
  readonly #positionOf: (offset: number) => Position;
  readonly #isKey: boolean;

  constructor(
    path: string,
    written?: { written: Written | undefined; positionOf: (offset: number) => Position; isKey?: boolean },
  ) {
    this.path = path;
    this.#written = written?.written;
    this.#positionOf = written?.positionOf ?? (() => ({ line: 1, column: 1 }));
    this.#isKey = written?.isKey ?? false;
  }

  /** The value of a member. */
  member(key: string): Place {
    return this.#part(key, this.path + formatMember(key, this.path === ""), false);
  }

  /** A member's key rather than its value; the path is the same. */
  key(key: string): Place {
    return this.#part(key, this.path + formatMember(key, this.path === ""), true);
  }

  /** The key of a member that is there twice, at the offset of the one that is meant. */
  keyAt(key: string, keyOffset: number): Place {
    const written = { offset: keyOffset };
    return new Place(this.key(key).path, { written, positionOf: this.#positionOf });
  }

  item(index: number): Place {
    return this.#part(index, `${this.path}[${index}]`, false);
  }

  /** Orders problems; undefined where the document was not given as text. */
  get offset(): number | undefined {
    return this.#isKey ? this.#written?.keyOffset ?? this.#written?.offset : this.#written?.offset;
  }

  /** Undefined where the document was not given as text. */
  get position(): Position | undefined {
    const offset = this.offset;
    return offset === undefined ? undefined : this.#positionOf(offset);
  }

  /** The position of a place within this text, or of the text itself where that cannot be told. */
  positionWithin(within: Position): Position | undefined {
    const verbatim = this.#written?.verbatim;
    if (verbatim === undefined) return this.position;
    const start = this.#positionOf(verbatim.offset);
    const column = (within.line === 1 ? start.column : 1) + verbatim.indent + within.column - 1;
    return { line: start.line + within.line - 1, column };
  }

  #part(key: string | number, path: string, isKey: boolean): Place {
    const written = this.#written?.parts?.get(key);
    // A part that is missing is missed where the whole is written.
    return new Place(path, {
      written: written ?? this.#written,
      positionOf: this.#positionOf,
      isKey: isKey && !!written,
    });
  }
}

const QUOTED_CHARS_MAX = 60;

function formatMember(key: string, isFirst: boolean): string {
  if (key.length <= QUOTED_CHARS_MAX && /^[A-Za-z_$][\w$-]*$/.test(key)) return isFirst ? key : `.${key}`;
  return `[${quote(key)}]`;
}

/** A text from outside as messages show it: in quotes, cut when long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARS_MAX ? `${text.slice(0, QUOTED_CHARS_MAX)}...` : text);
}
