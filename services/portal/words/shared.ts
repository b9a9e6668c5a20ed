import type { InLanguages } from '../words.ts';

/** What any page may have to say when it can't show what it is for. */
export type SharedWords = {
  readonly over: { readonly title: string; readonly text: string };
  readonly notFound: { readonly title: string; readonly text: string };
  readonly foreignForm: { readonly title: string; readonly text: string };
  readonly tooMany: { readonly title: string; readonly text: string };
  readonly unavailable: { readonly title: string; readonly text: string };
  readonly broken: { readonly title: string; readonly text: string };
};

export const sharedWords: InLanguages<SharedWords> = {
  en: {
    over: {
      title: 'This page has ended',
      text: 'For your safety it opens once and for a short time only. Go back to where you came from and start again.',
    },
    notFound: { title: 'There is nothing here', text: 'Check the address, or go back to where you came from.' },
    foreignForm: {
      title: 'That form was not ours',
      text: 'It did not come from this page, so nothing was done. Open the page again and repeat your step.',
    },
    tooMany: { title: 'Too many requests', text: 'Please wait a moment, then try again.' },
    unavailable: {
      title: 'We cannot be reached just now',
      text: 'Nothing was lost. Reload this page in a moment.',
    },
    broken: { title: 'Something went wrong', text: 'The fault is on our side. Please try again.' },
  },
  de: {
    over: {
      title: 'Diese Seite ist beendet',
      text: 'Zu Ihrer Sicherheit öffnet sie sich nur einmal und nur für kurze Zeit. Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
    },
    notFound: { title: 'Hier ist nichts', text: 'Prüfen Sie die Adresse oder gehen Sie zurück.' },
    foreignForm: {
      title: 'Dieses Formular war nicht von uns',
      text: 'Es kam nicht von dieser Seite, daher wurde nichts getan. Öffnen Sie die Seite neu und wiederholen Sie den Schritt.',
    },
    tooMany: { title: 'Zu viele Anfragen', text: 'Bitte warten Sie einen Moment und versuchen Sie es dann erneut.' },
    unavailable: {
      title: 'Wir sind gerade nicht erreichbar',
      text: 'Es ging nichts verloren. Laden Sie diese Seite in einem Moment neu.',
    },
    broken: { title: 'Etwas ist schiefgegangen', text: 'Der Fehler liegt bei uns. Bitte versuchen Sie es erneut.' },
  },
  es: {
    over: {
      title: 'Esta página ha terminado',
      text: 'Por su seguridad se abre una sola vez y por poco tiempo. Vuelva al lugar del que vino y empiece de nuevo.',
    },
    notFound: { title: 'Aquí no hay nada', text: 'Compruebe la dirección o vuelva atrás.' },
    foreignForm: {
      title: 'Ese formulario no era nuestro',
      text: 'No procedía de esta página, así que no se hizo nada. Abra la página de nuevo y repita el paso.',
    },
    tooMany: { title: 'Demasiadas solicitudes', text: 'Espere un momento e inténtelo de nuevo.' },
    unavailable: {
      title: 'Ahora mismo no estamos disponibles',
      text: 'No se ha perdido nada. Recargue esta página en un momento.',
    },
    broken: { title: 'Algo ha fallado', text: 'El fallo es nuestro. Inténtelo de nuevo.' },
  },
  fr: {
    over: {
      title: 'Cette page est terminée',
      text: 'Pour votre sécurité, elle ne s’ouvre qu’une fois et peu de temps. Revenez d’où vous venez et recommencez.',
    },
    notFound: { title: 'Il n’y a rien ici', text: 'Vérifiez l’adresse ou revenez en arrière.' },
    foreignForm: {
      title: 'Ce formulaire n’était pas le nôtre',
      text: 'Il ne venait pas de cette page : rien n’a été fait. Rouvrez la page et répétez l’étape.',
    },
    tooMany: { title: 'Trop de demandes', text: 'Patientez un instant, puis réessayez.' },
    unavailable: {
      title: 'Nous sommes injoignables pour le moment',
      text: 'Rien n’est perdu. Rechargez cette page dans un instant.',
    },
    broken: { title: 'Un problème est survenu', text: 'La faute est de notre côté. Veuillez réessayer.' },
  },
  it: {
    over: {
      title: 'Questa pagina è terminata',
      text: 'Per la sua sicurezza si apre una sola volta e per poco tempo. Torni da dove è venuto e ricominci.',
    },
    notFound: { title: 'Qui non c’è nulla', text: 'Controlli l’indirizzo o torni indietro.' },
    foreignForm: {
      title: 'Quel modulo non era nostro',
      text: 'Non veniva da questa pagina, quindi non è stato fatto nulla. Riapra la pagina e ripeta il passo.',
    },
    tooMany: { title: 'Troppe richieste', text: 'Attenda un momento, poi riprovi.' },
    unavailable: {
      title: 'Al momento non siamo raggiungibili',
      text: 'Nulla è andato perso. Ricarichi questa pagina tra un momento.',
    },
    broken: { title: 'Qualcosa è andato storto', text: 'L’errore è nostro. Riprovi.' },
  },
  pt: {
    over: {
      title: 'Esta página terminou',
      text: 'Para sua segurança, ela abre uma só vez e por pouco tempo. Volte ao lugar de onde veio e recomece.',
    },
    notFound: { title: 'Não há nada aqui', text: 'Verifique o endereço ou volte.' },
    foreignForm: {
      title: 'Esse formulário não era nosso',
      text: 'Não veio desta página, por isso nada foi feito. Abra a página de novo e repita o passo.',
    },
    tooMany: { title: 'Demasiados pedidos', text: 'Aguarde um momento e tente de novo.' },
    unavailable: {
      title: 'Não estamos disponíveis neste momento',
      text: 'Nada se perdeu. Recarregue esta página daqui a pouco.',
    },
    broken: { title: 'Algo correu mal', text: 'O erro é nosso. Tente de novo.' },
  },
  uk: {
    over: {
      title: 'Цю сторінку завершено',
      text: 'Для вашої безпеки вона відкривається лише один раз і ненадовго. Поверніться туди, звідки прийшли, і почніть знову.',
    },
    notFound: { title: 'Тут нічого немає', text: 'Перевірте адресу або поверніться назад.' },
    foreignForm: {
      title: 'Ця форма була не наша',
      text: 'Вона надійшла не з цієї сторінки, тому нічого не зроблено. Відкрийте сторінку знову й повторіть крок.',
    },
    tooMany: { title: 'Забагато запитів', text: 'Зачекайте трохи й спробуйте ще раз.' },
    unavailable: {
      title: 'Зараз ми недоступні',
      text: 'Нічого не втрачено. Оновіть цю сторінку за мить.',
    },
    broken: { title: 'Щось пішло не так', text: 'Помилка на нашому боці. Спробуйте ще раз.' },
  },
  ja: {
    over: {
      title: 'このページは終了しました',
      text: '安全のため、このページは一度だけ、短い時間だけ開きます。元の画面に戻り、もう一度始めてください。',
    },
    notFound: { title: 'ここには何もありません', text: 'アドレスを確認するか、前の画面に戻ってください。' },
    foreignForm: {
      title: 'このフォームは当サイトのものではありません',
      text: 'このページから送られたものではないため、何も行いませんでした。ページを開き直して、もう一度操作してください。',
    },
    tooMany: { title: 'リクエストが多すぎます', text: '少し待ってから、もう一度お試しください。' },
    unavailable: {
      title: 'ただいまご利用いただけません',
      text: '失われたものはありません。少し待ってから再読み込みしてください。',
    },
    broken: { title: '問題が発生しました', text: 'こちら側の問題です。もう一度お試しください。' },
  },
  zh: {
    over: { title: '此页面已结束', text: '为了您的安全，它只能打开一次，且时间很短。请返回原来的地方重新开始。' },
    notFound: { title: '这里没有内容', text: '请检查地址，或返回上一页。' },
    foreignForm: {
      title: '该表单不是我们的',
      text: '它不是从此页面提交的，因此未做任何更改。请重新打开页面并重复操作。',
    },
    tooMany: { title: '请求过多', text: '请稍候再试。' },
    unavailable: { title: '暂时无法访问', text: '没有丢失任何内容。请稍后重新加载此页面。' },
    broken: { title: '出了点问题', text: '问题出在我们这边。请重试。' },
  },
  'zh-Hant': {
    over: { title: '此頁面已結束', text: '為了您的安全，它只能開啟一次，且時間很短。請返回原來的地方重新開始。' },
    notFound: { title: '這裡沒有內容', text: '請檢查網址，或返回上一頁。' },
    foreignForm: {
      title: '該表單不是我們的',
      text: '它不是從此頁面送出的，因此未做任何更動。請重新開啟頁面並重複操作。',
    },
    tooMany: { title: '要求過多', text: '請稍候再試。' },
    unavailable: { title: '暫時無法連線', text: '沒有遺失任何內容。請稍後重新載入此頁面。' },
    broken: { title: '發生問題', text: '問題出在我們這邊。請重試。' },
  },
};
