export { type Cost, cost } from './cost.ts'
export { type GraphNode, operands, topological } from './graph.ts'
