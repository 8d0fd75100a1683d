export { type Bundle, bundleOf } from './bundle.ts'
export { type TensorTable, tensorTable } from './tensor-table.ts'
