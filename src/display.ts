export * from './charts/index.ts'
export * from './diagrams/index.ts'
export * from './images/index.ts'
export * from './pictures/index.ts'
