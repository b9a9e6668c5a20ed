import type { Words } from './words.ts';

export const it: Words = {
  locale: 'it',
  sms: {
    code: '{{code}} è il tuo codice per {{brand}}.',
    advice: "Vale {{minutes}} min. Non comunicarlo a nessuno. Non l'hai chiesto? Ignora questo messaggio.",
  },
  colon: ': ',
  amount: 'Importo',
  payee: 'Beneficiario',
  mail: {
    subject: 'Il tuo codice per {{brand}}',
    heading: 'Il tuo codice di verifica',
    preview: 'Il tuo codice è {{code}}. È valido per {{minutes}} min.',
    lead: 'Inserisci questo codice dove ti è stato richiesto:',
    validity: 'È valido per {{minutes}} min e si può usare una sola volta.',
    compare: 'Confronta questi dati con l’operazione che vuoi fare. Se non corrispondono, non usare il codice.',
    secrecy: 'Non comunicare questo codice a nessuno, nemmeno a chi dice di lavorare per {{brand}}.',
    unasked:
      'Non hai chiesto un codice? Forse qualcuno ha inserito il tuo indirizzo per errore. ' +
      'Puoi ignorare questo messaggio: senza il codice non succede nulla. ' +
      'Se capita di nuovo, contatta {{brand}}.',
    sender: 'Messaggio automatico inviato da {{brand}}.',
  },
};
