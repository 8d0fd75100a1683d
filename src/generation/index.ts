export {
  type DecodedOutput,
  type DecodedSteps,
  type DecodeOptions,
  type Decoder,
  type DecodingState,
  decode,
} from './decode.ts'
export { type GenerateOptions, generate } from './generate.ts'
