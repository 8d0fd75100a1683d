import { expect } from 'chai'
import { InvalidOption } from '../../src/index.ts'

/** Expects that a call rejects with an error of a kind whose message has a text. */
export const says = async (
  text: string,
  call: () => Promise<unknown>,
  kind: new (...args: never[]) => Error = InvalidOption,
): Promise<void> => {
  const error: unknown = await call().then(
    () => undefined,
    reason => reason,
  )
  expect(error).to.be.instanceOf(kind)
  expect((error as Error).message).to.contain(text)
}
