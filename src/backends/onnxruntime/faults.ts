import { BackendError } from '../../base/errors.ts'
import { isOutOfMemory } from '../backend.ts'
import { backendName } from './lower.ts'

/** The layer and operation in the name of a node, which ends in a number: see `lower`. */
const nodeIn = (text: string): string | undefined => /Name:\s*'([^']*) #\d+'/.exec(text)?.[1]

/** An error of ONNX Runtime as a BackendError with the node, its layer and a remedy. */
export const asBackendError = (error: unknown, doing: string): unknown => {
  if (error instanceof BackendError) return error
  const text = error instanceof Error ? error.message : String(error)
  const node = nodeIn(text)
  const layer = node?.includes(', ') ? node.slice(0, node.lastIndexOf(', ')) : undefined
  return new BackendError({
    backend: backendName,
    ...(layer === undefined ? {} : { layer }),
    expected: isOutOfMemory(text) ? `enough memory to ${doing}` : `to ${doing}`,
    got: `${node === undefined ? '' : `at ${node}: `}${text.replaceAll(/\s+/g, ' ').trim()}`,
    remedy: isOutOfMemory(text)
      ? 'Take smaller batches, or release tensors that are no longer needed.'
      : 'Check the inputs, or choose another backend.',
  })
}
