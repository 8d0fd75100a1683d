export * from './charts/index.ts'
export * from './pictures/index.ts'
