import fc from 'fast-check'
import { judge, program } from '../differential/judge.ts'
import { type Drawing, descriptions, networkOf } from '../differential/networks.ts'
import { kinds, type Situation, situationsOf } from '../differential/values.ts'
import type { Part } from './part.ts'

// Random networks on every engine, as in the differential test, for longer.

export const networks: Part<readonly [Drawing, Situation]> = {
  name: 'networks',
  few: 0,
  cases: fc.tuple(
    descriptions.map(networkOf).filter(drawing => drawing !== null),
    situationsOf(kinds),
  ),
  show: ([drawing, situation]) => program(drawing, situation, { by: 'eager', what: 'all engines' }),
  check: async ([drawing, situation]) => {
    const fault = await judge(drawing, situation)
    return fault && program(drawing, situation, fault)
  },
}
