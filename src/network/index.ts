export type { LayerValue, Node, Wiring } from './parts.ts'
