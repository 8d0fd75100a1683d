// (?, 4) to (?, 2)
// Written by joinery.

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** Numbers [batch, 4]: a typed array in row-major order, or nested arrays. */
export type Input =
  | (Numbers & { readonly shape?: readonly [batch: number, 4] })
  | readonly ArrayLike<number>[]

/** Numbers [batch, 2], in row-major order. */
export type Output = Float32Array & { readonly shape: readonly [batch: number, 2] }

/** The names and shapes of what the network takes and gives; `null` is the batch. */
export declare const inputs: readonly [{ readonly name: 'input'; readonly shape: readonly [null, 4] }]
export declare const outputs: readonly [{ readonly name: 'output'; readonly shape: readonly [null, 2] }]

/**
 * The outputs of the network for a batch of inputs.
 *
 * @throws TypeError if an input has another shape
 * @throws RangeError if an index names no row of a table, or memory runs out
 */
export declare const predict: (given: Input) => Output
