/** Something to look at while nobody speaks. */

/** @type {Record<string, string>} */
const SAMPLES = {
  en: "Good evening and welcome! Tonight's first coat is 20% off, and there are only 35 left in this size.",
  zh: "大家晚上好，欢迎来到直播间！今晚第一件外套打八折，这个尺码只剩三十五件了。",
  "zh-Hant": "大家晚上好，歡迎來到直播間！今晚第一件外套打八折，這個尺碼只剩三十五件了。",
  es: "¡Buenas noches y bienvenidos! El primer abrigo de hoy tiene un 20 % de descuento y solo quedan 35 en esta talla.",
  pt: "Boa noite e bem-vindos! O primeiro casaco de hoje está com 20% de desconto e só restam 35 neste tamanho.",
  fr: "Bonsoir et bienvenue ! Le premier manteau de ce soir est à −20 %, et il n'en reste que 35 dans cette taille.",
  de: "Guten Abend und herzlich willkommen! Der erste Wintermantel ist heute um zwanzig Prozent reduziert, und in dieser Größe gibt es nur noch fünfunddreißig Stück.",
  id: "Selamat malam dan selamat datang! Mantel pertama malam ini diskon 20%, dan ukuran ini tinggal 35 buah.",
  ms: "Selamat malam dan selamat datang! Kot pertama malam ini diskaun 20%, dan saiz ini tinggal 35 helai sahaja.",
  vi: "Chào buổi tối và chào mừng các bạn! Chiếc áo khoác đầu tiên hôm nay giảm 20%, cỡ này chỉ còn 35 chiếc.",
  th: "สวัสดีตอนค่ำและยินดีต้อนรับค่ะ เสื้อโค้ตตัวแรกของคืนนี้ลด 20% และไซซ์นี้เหลือเพียง 35 ตัวเท่านั้น",
  ja: "こんばんは、ようこそ！今夜最初のコートは20％オフ、このサイズは残り35着です。",
  ko: "안녕하세요, 환영합니다! 오늘 밤 첫 번째 코트는 20% 할인이고 이 사이즈는 35벌만 남았습니다.",
  ar: "مساء الخير وأهلاً بكم! المعطف الأول الليلة بخصم 20٪، ولم يتبقَّ من هذا المقاس سوى 35 قطعة.",
  ru: "Добрый вечер и добро пожаловать! Первое пальто сегодня со скидкой 20 %, в этом размере осталось всего 35 штук.",
};

/**
 * A sample in a language, in English where there is none; with the language that it is in.
 *
 * @param {string} lang
 * @returns {{ lang: string, text: string }}
 */
export function sample(lang) {
  const found = [lang, lang.split("-")[0] ?? ""].find((tag) => Object.hasOwn(SAMPLES, tag)) ?? "en";
  return { lang: found, text: SAMPLES[found] ?? "" };
}

export const SAMPLE_LANGUAGES = Object.keys(SAMPLES);
