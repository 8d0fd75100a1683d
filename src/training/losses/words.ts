// What losses say of targets of another shape: at run time, and by the compiler where the types say the shapes.

/** What a loss compares outputs with. */
export const alike = {
  outputs: 'outputs',
  vectors: 'one-hot vectors or probabilities',
  shape: "of the shape of the network's output",
  each: 'Give each example an array of its own number, as in [[0], [1]].',
  reshape: 'Reshape the expected outputs; class numbers become one-hot vectors by oneHot.',
  numbers: 'Class numbers are what sparseCategoricalCrossentropy takes; oneHot makes vectors of them.',
  vector: 'Give a vector with a number for each class for each prediction.',
} as const

/** What a loss of class numbers compares outputs with. */
export const classNumbers = {
  expected: 'class numbers, one for each prediction',
  oneHot: 'One-hot vectors and probabilities are what categoricalCrossentropy takes.',
  number: 'Give the number of the class, from 0 on, of each prediction.',
} as const

/** What to do about another number of targets than outputs. */
export const targetCount = {
  expected: 'a tensor for each of its',
  remedy: 'Give y as an array of tensors, in the order of the outputs.',
} as const

/** What losses and metrics compare with, where there is none. */
export const targetsWanted = {
  expected: 'targets: the loss compares with them',
  got: 'none',
  remedy: 'Give { x, y }; only losses that are defined with { expects: false } do without.',
} as const
