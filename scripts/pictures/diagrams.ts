import { diagram } from '../../src/display.ts'
import {
  block,
  Convolution,
  Input,
  join,
  MaxPooling,
  Relu,
  Reshape,
  residual,
  resnet50,
  Softmax,
} from '../../src/index.ts'
import type { GalleryRow } from './row.ts'

const stage = block('stage', residual(join(Convolution([3, 3, 16], { padding: 'same' }), Relu())))
const network = join(Input([28, 28, 1]), Convolution([5, 5, 16]), MaxPooling([2, 2]), stage, Reshape(), Softmax(10))

/** Pictures of networks as diagrams. */
export const diagrams: readonly GalleryRow[] = [
  { name: 'diagram', format: 'svg', make: () => diagram(network, { direction: 'right' }) },
  { name: 'diagram-resnet50', format: 'svg', make: () => diagram(resnet50()) },
]
