export { contract, scratchBytes } from './contract'
export { pad } from './pad'
