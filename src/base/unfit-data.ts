// What is said of data that does not fit a network: at run time, and by the compiler where the types say the shapes.

/** What to do about an input of another shape. */
export const wrongShape = 'Give an input of this shape, or change this Input.'

/** What to do about another number of inputs. */
export const wrongCount = 'Give the inputs as an array, in the order of the Input layers.'

/** One example in the place of a batch. */
export const oneExample = { expected: 'a batch', got: 'as one example has' } as const
/** What to do about it, for the example as it is written. */
export const batchFirst = <const E extends string>(
  example: E,
): `The batch comes first: for one example ${E}, give [${E}].` =>
  `The batch comes first: for one example ${example}, give [${example}].`

/** What a tensor of another kind of numbers should hold where a layer of some kind takes ids. */
export const idsExpected = <const Kind extends string>(kind: Kind): `int32 ids for ${Kind}` => `int32 ids for ${kind}`
/** What to do about it. */
export const idsRemedy = "Give tensor(ids, { dtype: 'int32' }), or ids in arrays."
