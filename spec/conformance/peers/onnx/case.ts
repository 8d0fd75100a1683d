import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { layers } from './layers.ts'
import { moves } from './moves.ts'
import { checkNode, type Mapping } from './node.ts'
import { operations } from './operations.ts'
import { recurrents } from './recurrent.ts'
import { windows } from './windows.ts'

const mappings: Readonly<Record<string, Mapping>> = { ...operations, ...moves, ...layers, ...windows, ...recurrents }

/** A case of an ONNX operator. */
export const checkOnnx = (one: Case, engine: Engine): Promise<void> => checkNode(one, mappings, engine)
