/**
 * Computations as values: traced, differentiated, simplified, fused, planned and printed. The entry `joinery/graph`.
 *
 * @module
 */
export { absorb } from './graph/absorb.ts'
export { graph, trace } from './graph/build.ts'
export { type Cost, cost } from './graph/cost.ts'
export { bodyOf } from './graph/enclosed.ts'
export { equals } from './graph/equal.ts'
export { type Fed, feedDraws } from './graph/feed.ts'
export { fuse } from './graph/fuse.ts'
export { gradients } from './graph/gradients.ts'
export {
  type Application,
  type Constant,
  type Draw,
  type Fused,
  type Graph,
  type GraphNode,
  type Loop,
  type LoopResult,
  operands,
  type Placeholder,
  type Scan,
  type ScanResult,
  topological,
  uses,
} from './graph/graph.ts'
export { interpret } from './graph/interpret.ts'
export { mergeSums } from './graph/merge.ts'
export { placeholder } from './graph/ops.ts'
export { lastUses, type Plan, plan, type Step } from './graph/plan.ts'
export { print } from './graph/print.ts'
export { graphOps } from './graph/ruled.ts'
export { simplify } from './graph/simplify.ts'
export { unroll } from './graph/unroll.ts'
