export { innerLayer, type LayerValue, type Node, type Wiring } from './parts.ts'
