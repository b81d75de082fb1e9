/** Why a source cannot be compiled. */

/** Something in the source, at an offset. */
export interface Refusal {
  at: number;
  message: string;
}
