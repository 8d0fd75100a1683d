import type { Source } from './source.ts'

/** Which items are in a window, and where the next one begins. */
export interface WindowRule {
  readonly size: number
  readonly shift: number
  readonly stride: number
  readonly dropLast: boolean
}

const spanOf = ({ size, stride }: WindowRule): number => (size - 1) * stride + 1

const windowCount = (items: number | undefined, rule: WindowRule): number | undefined => {
  if (items === undefined) return undefined
  const { shift, dropLast } = rule
  const starts = dropLast ? items - spanOf(rule) + 1 : items
  return Math.max(0, Math.ceil(starts / shift))
}

/** Windows of consecutive items. */
export const windowed = <E>(source: Source<E>, rule: WindowRule): Source<readonly E[]> => {
  const { size, shift, stride, dropLast } = rule
  const span = spanOf(rule)
  return {
    text: `${source.text} > window(${size})`,
    size: windowCount(source.size, rule),
    batchSize: undefined,
    async *read({ epoch, from }) {
      // The items from the start of the next window on; before it, the items that no window holds.
      let held: E[] = []
      let gap = 0
      const first = () => Object.freeze(held.slice(0, span).filter((_, i) => i % stride === 0))
      const advance = () => {
        gap = Math.max(0, shift - held.length)
        held = held.slice(shift)
      }
      for await (const item of source.read({ epoch, from: from * shift })) {
        if (gap > 0) {
          gap--
          continue
        }
        held.push(item)
        if (held.length < span) continue
        yield first()
        advance()
      }
      if (dropLast) return
      while (held.length > 0) {
        yield first()
        advance()
      }
    },
  }
}
