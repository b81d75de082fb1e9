// AssemblyScript, compiled by build.ts to pricing.wasm: a core module that multiplies a price by a quantity.
//
// It reads {"price": number, "quantity": number} and gives {"total": number}; amounts are whole cents. The runtime is
// `stub`: memory is never freed, which suits an instance that lives for one execution.

/** Where the engine puts the input. */
export function alloc(length: i32): usize {
  return heap.alloc(length);
}

/** JSON in, JSON out; the result is pointer << 32 | length. */
export function execute(pointer: usize, length: i32): i64 {
  const input = String.UTF8.decodeUnsafe(pointer, length);
  const total = readInteger(input, '"price"') * readInteger(input, '"quantity"');
  const output = String.UTF8.encode('{"total":' + total.toString() + "}");
  return (i64(changetype<usize>(output)) << 32) | i64(output.byteLength);
}

function readInteger(json: string, key: string): i64 {
  const at = json.indexOf(key);
  assert(at >= 0, "The input has no " + key);
  let start = json.indexOf(":", at) + 1;
  while (json.charCodeAt(start) == 32) start++;
  let end = start;
  while (end < json.length && isDigit(json.charCodeAt(end))) end++;
  assert(end > start, "Not a whole number: " + key);
  return I64.parseInt(json.substring(start, end));
}

function isDigit(code: i32): bool {
  return code == 45 || (code >= 48 && code <= 57);
}
