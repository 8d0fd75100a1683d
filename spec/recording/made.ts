import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { draws } from '../training/rules/made.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'

// What the specs of recorded runs have in common.

export const backends: readonly ['tfjs', 'wasm', 'onnxruntime'] = ['tfjs', 'wasm', 'onnxruntime']

type Drawn = ReturnType<typeof draws>
/** Examples of three numbers, and two to learn. */
export const data: { readonly x: Drawn; readonly y: Drawn } = { x: draws(1, 20, 3), y: draws(2, 20, 2) }

/** All numbers of a tree of tensors, by place; the place in a list is a name too. */
export const bits = (tree: unknown, path = ''): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, readonly number[]>()
  for (const [name, value] of Object.entries(tree as object) as [string, unknown][]) {
    const at = `${path}/${name}`
    if (typeof value !== 'object' || value === null) continue
    if ('dataSync' in value) found.set(at, [...(value as tf.Tensor).dataSync()])
    else for (const [place, numbers] of bits(value, at)) found.set(place, numbers)
  }
  return found
}
export const same = (actual: unknown, expected: unknown): void => {
  expect(bits(expected).size).to.be.greaterThan(0)
  expect([...bits(actual)]).to.deep.equal([...bits(expected)])
}

/** What an error says: its class, and its message. */
export const faultOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof j.JoineryError) return `${error.name}: ${error.message}`
    throw error
  }
  throw new Error('no error came')
}
