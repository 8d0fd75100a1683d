import { expect } from 'chai'
import { InvalidOption, LayerConnectionError, WeightInitializationError } from '../src/index.ts'

const kinds = [InvalidOption, LayerConnectionError, WeightInitializationError]

interface Fields {
  readonly layer?: string
  readonly option?: string
  readonly expected: string
  readonly got: string
  readonly remedy: string
}

/**
 * The class and message of an error of the library, when its fields say the same, as a sentence to the user.
 *
 * @throws any other error
 */
export const textOf = (error: unknown): string => {
  if (!kinds.some(kind => error instanceof kind && error.name === kind.name)) throw error
  const { message, name, layer, option, expected, got, remedy } = error as Error & Fields
  const subject = option === undefined ? layer : `${layer}, ${option}`
  expect(message).to.equal(`${subject}: expected ${expected}, got ${got}. ${remedy}`)
  expect(remedy).to.match(/^[A-Z'].*[.?]$/s)
  expect(expected).to.not.match(/undefined|\[object/)
  expect(got).to.not.match(/\[object/)
  return `${name} of ${message}`
}

/**
 * The same of the error that a call ends with.
 *
 * @throws where no error comes, or another than those of the library
 */
export const faultOf = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    return textOf(error)
  }
  throw new Error('no error came')
}

/** A call that is refused, and what its error begins with. */
export type Refusal = readonly [call: () => unknown, fault: string]

/** One test for each refusal, named after its error. */
export const refuses = (rows: readonly Refusal[]): void => {
  for (const [call, fault] of rows)
    it(`refuses with ${fault}`, () => {
      expect(faultOf(call).slice(0, fault.length)).to.equal(fault)
    })
}
