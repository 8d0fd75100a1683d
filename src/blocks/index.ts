export {
  type NormPlace,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerOptions,
} from './transformer.ts'
