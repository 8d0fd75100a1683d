import type { Wiring } from './parts.ts'

/** A layer that takes an input of the network as ids. */
export interface IdReader {
  /** Its path. */
  readonly layer: string
  readonly kind: string
  /** The number of rows that ids select from. */
  readonly rows: number
  /** The number of the network's input that is 0 where ids do not count. */
  readonly mask?: number
}

const none: ReadonlySet<number> = new Set()

/** For each input of the network, the layers that take its elements, unchanged, as ids. */
export const idReaders = ({ nodes, inputs }: Wiring): readonly (readonly IdReader[])[] => {
  const readers = inputs.map((): IdReader[] => [])
  /** For each node, the inputs of the network whose elements its output has, unchanged. */
  const passed: ReadonlySet<number>[] = []
  for (const { path, layer, inputs: from, externals, inputShapes } of nodes) {
    const given = [...externals.map(k => new Set([k])), ...from.map(i => passed[i] ?? none)]
    passed.push(layer.rules.passes === true ? new Set(given.flatMap(of => [...of])) : none)
    layer.rules.ids?.(inputShapes).forEach((rows, i) => {
      if (rows === null) return
      const [mask, ...others] = rows.mask === undefined ? [] : (given[rows.mask] ?? none)
      // Where a computed mask lets ids count, nobody knows before it is computed.
      if (rows.mask !== undefined && (mask === undefined || others.length > 0)) return
      const reader: IdReader = { layer: path, kind: layer.kind, rows: rows.count, ...(mask !== undefined && { mask }) }
      for (const k of given[i] ?? none) readers[k]?.push(reader)
    })
  }
  return readers
}
