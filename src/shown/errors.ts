import { JoineryError } from '../base/errors.ts'
import { htmlLine, htmlTable } from './html.ts'

/** An error of joinery in a notebook: what is wrong, the place in the network from the outside in, and what to do. */
export const errorHtml = (error: JoineryError): string => {
  const { name, expected, got, remedy, cause } = error
  const { layer } = error as { readonly layer?: unknown }
  const place = typeof layer === 'string' ? [['in', layer]] : []
  const because = cause instanceof JoineryError ? [['because of', `${cause.name}: ${cause.message}`]] : []
  return (
    htmlLine(`${name}: ${error.message}`) +
    htmlTable(['', ''], [...place, ['expected', expected], ['got', got], ['remedy', remedy], ...because])
  )
}
