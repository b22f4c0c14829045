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

/** A viewer's question and the shop's answer. @type {Record<string, [asked: string, text: string]>} */
const ANSWERS = {
  en: ["Does the coat come in larger sizes?", "Yes, up to XXL. The size chart is in the product description."],
  zh: ["这件外套有大码吗？", "有的，最大到 XXL，尺码表在商品详情里。"],
  "zh-Hant": ["這件外套有大尺碼嗎？", "有的，最大到 XXL，尺碼表在商品說明裡。"],
  es: ["¿El abrigo viene en tallas grandes?", "Sí, hasta la XXL. La tabla de tallas está en la descripción."],
  pt: ["O casaco tem tamanhos maiores?", "Sim, até XXL. A tabela de tamanhos está na descrição."],
  fr: ["Le manteau existe-t-il en grande taille ?", "Oui, jusqu’au XXL. Le guide des tailles est dans la description."],
  de: ["Gibt es den Mantel auch in größeren Größen?", "Ja, bis XXL. Die Größentabelle steht in der Beschreibung."],
  id: ["Apakah mantelnya ada ukuran besar?", "Ada, sampai XXL. Tabel ukuran ada di deskripsi produk."],
  ms: ["Adakah kot ini ada saiz besar?", "Ada, sehingga XXL. Carta saiz ada dalam keterangan produk."],
  vi: ["Áo khoác này có cỡ lớn không?", "Có, đến cỡ XXL. Bảng cỡ nằm trong phần mô tả sản phẩm."],
  th: ["เสื้อโค้ตมีไซซ์ใหญ่ไหมคะ", "มีค่ะ ถึง XXL ตารางไซซ์อยู่ในรายละเอียดสินค้า"],
  ja: ["このコートに大きいサイズはありますか？", "はい、XXLまであります。サイズ表は商品説明にあります。"],
  ko: ["이 코트는 큰 사이즈도 있나요?", "네, XXL까지 있습니다. 사이즈표는 상품 설명에 있습니다."],
  ar: ["هل يتوفر المعطف بمقاسات أكبر؟", "نعم، حتى XXL. جدول المقاسات موجود في وصف المنتج."],
  ru: ["Есть ли пальто больших размеров?", "Да, до XXL. Таблица размеров — в описании товара."],
};

/**
 * A sample in a language, in English where there is none; with the language that it is in.
 *
 * @param {string} lang
 * @returns {{ lang: string, text: string }}
 */
export function sample(lang) {
  const found = known(lang);
  return { lang: found, text: SAMPLES[found] ?? "" };
}

/** @param {string} wanted @returns {import("../wire.js").Answer} */
export function sampleAnswer(wanted) {
  const lang = known(wanted);
  const [asked, text] = ANSWERS[lang] ?? ["", ""];
  return { type: "answer", id: "sample", lang, text, asked };
}

/** @param {string} lang */
const known = (lang) => [lang, lang.split("-")[0] ?? ""].find((tag) => Object.hasOwn(SAMPLES, tag)) ?? "en";

export const SAMPLE_LANGUAGES = Object.keys(SAMPLES);
