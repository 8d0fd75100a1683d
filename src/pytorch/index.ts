export { type PyTorchNetwork, type ToPyTorchOptions, toPyTorch } from './to-pytorch.ts'
