export { type Cost, cost } from './cost.ts'
export { type Graph, type GraphNode, operands, topological } from './graph.ts'
export { placeholder } from './ops.ts'
export { graphOps } from './ruled.ts'
