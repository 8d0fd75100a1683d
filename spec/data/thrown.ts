import { JoineryError } from '../../src/index.ts'

/** What a call ends with: the name and the sentence of an error of the library. */
export const thrown = async (call: () => unknown): Promise<string> => {
  try {
    await call()
  } catch (error) {
    if (error instanceof JoineryError) return `${error.name}: ${error.message}`
    throw error
  }
  throw new Error('no error came')
}
