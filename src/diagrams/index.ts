export { type DiagramOptions, diagram, dot, mermaid } from './diagram.ts'
