export { binaryCrossentropy, categoricalCrossentropy } from './crossentropy.ts'
export { mse } from './mse.ts'
