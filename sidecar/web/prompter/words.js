/** The words of the prompter, in the languages that hosts speak. */

import { base } from "../language.js";

const ENGLISH = {
  title: "Asked now", open: "Open questions", asked: "asked", nobody: "Nobody waits for an answer.", forYou: "For you",
  noDraft: "No draft yet", several: "More than one answer may fit", none: "The FAQ has no answer", health: "Health",
  order: "Order trouble", complaint: "Complaint", lost: "Connection lost, trying again …", over: "The show is over",
  language: "Language", smaller: "Smaller text", larger: "Larger text",
};

/** @typedef {typeof ENGLISH} Words */

/** @type {Record<string, Words>} */
export const WORDS = {
  en: ENGLISH,
  zh: {
    title: "观众在问", open: "待回答", asked: "人问", nobody: "暂时没有待回答的问题。", forYou: "请主播回答", noDraft: "还没有草稿", several: "可能有多个答案",
    none: "常见问题里没有答案", health: "健康", order: "订单问题", complaint: "投诉", lost: "连接已断开，正在重试…", over: "直播已结束", language: "语言",
    smaller: "缩小文字", larger: "放大文字",
  },
  es: {
    title: "Preguntan ahora", open: "Preguntas abiertas", asked: "preguntan", nobody: "Nadie espera respuesta.",
    forYou: "Para ti", noDraft: "Aún sin borrador", several: "Puede valer más de una respuesta",
    none: "No está en las preguntas frecuentes", health: "Salud", order: "Problema con un pedido", complaint: "Queja",
    lost: "Conexión perdida, reintentando…", over: "La emisión ha terminado", language: "Idioma",
    smaller: "Texto más pequeño", larger: "Texto más grande",
  },
  pt: {
    title: "Perguntam agora", open: "Perguntas abertas", asked: "perguntam", nobody: "Ninguém espera resposta.",
    forYou: "Para você", noDraft: "Ainda sem rascunho", several: "Mais de uma resposta pode servir",
    none: "Não está nas perguntas frequentes", health: "Saúde", order: "Problema com pedido", complaint: "Reclamação",
    lost: "Conexão perdida, tentando de novo…", over: "A transmissão terminou", language: "Idioma",
    smaller: "Texto menor", larger: "Texto maior",
  },
  fr: {
    title: "On demande", open: "Questions ouvertes", asked: "demandent", nobody: "Personne n’attend de réponse.",
    forYou: "Pour vous", noDraft: "Pas encore de brouillon", several: "Plusieurs réponses possibles",
    none: "Pas de réponse dans la FAQ", health: "Santé", order: "Problème de commande", complaint: "Réclamation",
    lost: "Connexion perdue, nouvel essai…", over: "Le direct est terminé", language: "Langue",
    smaller: "Texte plus petit", larger: "Texte plus grand",
  },
  de: {
    title: "Jetzt gefragt", open: "Offene Fragen", asked: "fragen", nobody: "Niemand wartet auf eine Antwort.",
    forYou: "Für dich", noDraft: "Noch kein Entwurf", several: "Mehr als eine Antwort kann passen",
    none: "Dazu steht nichts in den häufigen Fragen", health: "Gesundheit", order: "Problem mit einer Bestellung",
    complaint: "Beschwerde", lost: "Verbindung verloren, neuer Versuch …", over: "Die Sendung ist zu Ende",
    language: "Sprache", smaller: "Kleinere Schrift", larger: "Größere Schrift",
  },
  id: {
    title: "Sedang ditanyakan", open: "Pertanyaan terbuka", asked: "bertanya", nobody: "Tidak ada yang menunggu jawaban.",
    forYou: "Untuk Anda", noDraft: "Belum ada draf", several: "Lebih dari satu jawaban mungkin cocok",
    none: "Tidak ada jawaban di FAQ", health: "Kesehatan", order: "Masalah pesanan", complaint: "Keluhan",
    lost: "Sambungan terputus, mencoba lagi…", over: "Siaran telah berakhir", language: "Bahasa",
    smaller: "Perkecil teks", larger: "Perbesar teks",
  },
  vi: {
    title: "Đang được hỏi", open: "Câu hỏi đang chờ", asked: "người hỏi", nobody: "Không ai đang chờ trả lời.",
    forYou: "Dành cho bạn", noDraft: "Chưa có bản nháp", several: "Có thể có nhiều câu trả lời phù hợp",
    none: "Không có trong câu hỏi thường gặp", health: "Sức khỏe", order: "Sự cố đơn hàng", complaint: "Khiếu nại",
    lost: "Mất kết nối, đang thử lại…", over: "Buổi phát đã kết thúc", language: "Ngôn ngữ",
    smaller: "Chữ nhỏ hơn", larger: "Chữ lớn hơn",
  },
  th: {
    title: "คำถามตอนนี้", open: "คำถามที่รอตอบ", asked: "คนถาม", nobody: "ไม่มีใครรอคำตอบ", forYou: "ถึงคุณ",
    noDraft: "ยังไม่มีร่างคำตอบ", several: "อาจมีมากกว่าหนึ่งคำตอบ", none: "ไม่มีคำตอบในคำถามที่พบบ่อย", health: "สุขภาพ",
    order: "ปัญหาคำสั่งซื้อ", complaint: "ร้องเรียน", lost: "การเชื่อมต่อขาด กำลังลองใหม่…", over: "การถ่ายทอดจบแล้ว",
    language: "ภาษา", smaller: "ตัวอักษรเล็กลง", larger: "ตัวอักษรใหญ่ขึ้น",
  },
  ms: {
    title: "Sedang ditanya", open: "Soalan terbuka", asked: "bertanya", nobody: "Tiada sesiapa menunggu jawapan.",
    forYou: "Untuk anda", noDraft: "Belum ada draf", several: "Lebih daripada satu jawapan mungkin sesuai",
    none: "Tiada jawapan dalam soalan lazim", health: "Kesihatan", order: "Masalah pesanan", complaint: "Aduan",
    lost: "Sambungan terputus, mencuba lagi…", over: "Siaran telah tamat", language: "Bahasa",
    smaller: "Kecilkan teks", larger: "Besarkan teks",
  },
  ja: {
    title: "いま聞かれていること", open: "未回答の質問", asked: "人が質問", nobody: "回答待ちの質問はありません。", forYou: "配信者へ", noDraft: "下書きはまだありません",
    several: "当てはまる回答が複数あります", none: "よくある質問に回答がありません", health: "健康", order: "注文トラブル", complaint: "苦情",
    lost: "接続が切れました。再試行しています…", over: "配信は終了しました", language: "言語", smaller: "文字を小さく", larger: "文字を大きく",
  },
  ko: {
    title: "지금 들어온 질문", open: "답변 대기 질문", asked: "명 질문", nobody: "답변을 기다리는 질문이 없습니다.", forYou: "진행자에게", noDraft: "아직 초안이 없습니다",
    several: "맞는 답변이 여러 개일 수 있습니다", none: "자주 묻는 질문에 답변이 없습니다", health: "건강", order: "주문 문제", complaint: "불만",
    lost: "연결이 끊겨 다시 시도하는 중…", over: "방송이 끝났습니다", language: "언어", smaller: "글자 작게", larger: "글자 크게",
  },
  ar: {
    title: "يسألون الآن", open: "أسئلة مفتوحة", asked: "يسألون", nobody: "لا أحد ينتظر إجابة.", forYou: "لك",
    noDraft: "لا توجد مسودة بعد", several: "قد تناسب أكثر من إجابة", none: "لا توجد إجابة في الأسئلة الشائعة", health: "صحة",
    order: "مشكلة في طلب", complaint: "شكوى", lost: "انقطع الاتصال، تجري إعادة المحاولة…", over: "انتهى البث",
    language: "اللغة", smaller: "تصغير النص", larger: "تكبير النص",
  },
  ru: {
    title: "Сейчас спрашивают", open: "Открытые вопросы", asked: "спросили", nobody: "Никто не ждёт ответа.",
    forYou: "Для вас", noDraft: "Черновика ещё нет", several: "Могут подойти несколько ответов",
    none: "В частых вопросах нет ответа", health: "Здоровье", order: "Проблема с заказом", complaint: "Жалоба",
    lost: "Связь потеряна, новая попытка…", over: "Эфир завершён", language: "Язык", smaller: "Мельче",
    larger: "Крупнее",
  },
};

/**
 * For somebody who reads `tag`; English where it is not known.
 *
 * @param {string} tag
 * @returns {{ lang: string, words: Words }}
 */
export function wordsFor(tag) {
  const lang = Object.hasOwn(WORDS, base(tag)) ? base(tag) : "en";
  return { lang, words: WORDS[lang] ?? ENGLISH };
}
