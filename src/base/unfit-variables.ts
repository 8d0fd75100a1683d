// What is said of variables that are not those of a network: at run time, and by the compiler where the types say them.

/** A layer that has variables, and none among those that are given. */
export const missingLayer = {
  expected: 'variables of this layer',
  got: 'none: the variables are of another network',
} as const

/** What to do about variables of another network. */
export const ownVariables = 'Make the variables of this network with init(network, key).'
