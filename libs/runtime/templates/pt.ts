import type { Words } from './words.ts';

/**
 * Worded to read well on both sides of the Atlantic. The SMS says `PIN` and leaves out `não`: the letters of
 * `código` and `não` are outside the GSM alphabet.
 */
export const pt: Words = {
  locale: 'pt',
  sms: {
    code: '{{code}} é o seu PIN para {{brand}}.',
    advice: 'Vale por {{minutes}} min. Nunca o revele a outra pessoa. Se nada pediu, ignore esta mensagem.',
  },
  colon: ': ',
  amount: 'Valor',
  payee: 'Para',
  mail: {
    subject: 'O seu código para {{brand}}',
    heading: 'O seu código de verificação',
    preview: 'O seu código é {{code}}. É válido por {{minutes}} min.',
    lead: 'Digite este código onde ele foi pedido:',
    validity: 'É válido por {{minutes}} min e só pode ser usado uma vez.',
    compare: 'Compare estes dados com o que pretende fazer. Se não coincidirem, não use o código.',
    secrecy: 'Nunca revele este código a ninguém, nem a quem disser que fala em nome de {{brand}}.',
    unasked:
      'Não pediu nenhum código? Talvez alguém tenha digitado o seu endereço por engano. ' +
      'Pode ignorar esta mensagem: sem o código, nada acontece. ' +
      'Se isso se repetir, avise {{brand}}.',
    sender: 'Mensagem automática enviada por {{brand}}.',
  },
};
