import { walk } from '../core/walk.ts'
import { rebuilt } from './build.ts'
import type { Graph } from './graph.ts'

/** The same graph with every walk over a sequence written out, step by step. */
export const unroll = ({ inputs, outputs }: Graph): Graph =>
  rebuilt(inputs, outputs, ops => {
    const unrolled: typeof ops = { ...ops, scan: (body, initial, sequence) => walk(unrolled, body, initial, sequence) }
    return unrolled
  })
