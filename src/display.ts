export * from './pictures/index.ts'
