export { type NetworkModule, type ToModuleOptions, toModule } from './to-module.ts'
