import type { Row } from './row.ts'
import { aroundRows } from './rows/around.ts'
import { denseRows } from './rows/dense.ts'
import { normalizationRows } from './rows/normalization.ts'
import { sequenceRows } from './rows/sequences.ts'
import { shapeRows } from './rows/shapes.ts'
import { windowRows } from './rows/windows.ts'

/** How each kind of layer is written in PyTorch. */
export const table: Readonly<Record<string, Row>> = {
  ...denseRows,
  ...windowRows,
  ...normalizationRows,
  ...sequenceRows,
  ...shapeRows,
  ...aroundRows,
}
