import type { Words } from './words.ts';

/** The SMS says `clave`: the accent of `código` is outside the GSM alphabet. */
export const es: Words = {
  locale: 'es',
  sms: {
    code: '{{code}} es su clave para {{brand}}.',
    advice: 'Vale {{minutes}} min. No la comparta con nadie. Si no la ha pedido, ignore este mensaje.',
  },
  colon: ': ',
  amount: 'Importe',
  payee: 'Beneficiario',
  mail: {
    subject: 'Su código para {{brand}}',
    heading: 'Su código de verificación',
    preview: 'Su código es {{code}}. Es válido durante {{minutes}} min.',
    lead: 'Introduzca este código donde se lo hayan pedido:',
    validity: 'Es válido durante {{minutes}} min y solo se puede usar una vez.',
    compare: 'Compare estos datos con lo que quiere hacer. Si no coinciden, no use el código.',
    secrecy: 'No comparta este código con nadie, ni siquiera con alguien que diga ser de {{brand}}.',
    unasked:
      '¿No ha pedido ningún código? Es posible que alguien haya escrito su dirección por error. ' +
      'Puede ignorar este mensaje: sin el código no ocurre nada. ' +
      'Si se repite, póngase en contacto con {{brand}}.',
    sender: 'Mensaje automático enviado por {{brand}}.',
  },
};
