export { type Cost, cost } from './cost.ts'
export { type Graph, type GraphNode, operands, topological } from './graph.ts'
export { graphOps, placeholder } from './ops.ts'
