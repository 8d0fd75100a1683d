// Inputs that layers of several families expect.

/** One vector for each example. */
export const vector = {
  rank: 2,
  expected: 'a 2-dimensional input [batch, features]',
  remedy: 'Put Reshape() before it, or apply it to every step with TimeDistributed.',
} as const

/** One sequence for each example, of steps with channels. */
export const sequence = {
  rank: 3,
  expected: 'a 3-dimensional input [batch, steps, channels]',
  remedy: 'Give the Input two dimensions, [steps, channels], or put a Reshape before this layer.',
} as const

/** One image for each example. */
export const image = {
  rank: 4,
  expected: 'a 4-dimensional input [batch, rows, cols, channels]',
  remedy: 'Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
} as const

/** One volume for each example. */
export const volume = {
  rank: 5,
  expected: 'a 5-dimensional input [batch, depth, rows, cols, channels]',
  remedy: 'Give the Input four dimensions, [depth, rows, cols, channels], or put a Reshape before this layer.',
} as const
