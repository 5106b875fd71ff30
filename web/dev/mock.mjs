// A stand-in for box and hub while the page is being made: `npm run mock`, then http://127.0.0.1:8080 (box) and
// :8081 (hub). Invented data, no rules; sign in as clerk, head, teacher, it or first with any password but "sai".
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";

const PORT = Number(process.env.PORT ?? 8080);
const dist = new URL("../dist/", import.meta.url);
const at = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000 + 7 * 3600_000).toISOString().slice(0, 19) + "+07:00";
const day = (ago) => at(ago * 1440).slice(0, 10);

const unit = {
  name: "Trường THCS Nguyễn Văn Trỗi", parent_name: "Ủy ban nhân dân phường Suối Tre", abbreviation: "THCSNVT",
  place: "Suối Tre", address_line: "Số 12 đường Hoa Ban, phường Suối Tre · 0200 000 001", url: "http://vanthu.local", version: 3,
};
const people = [
  { id: "p-clerk", username: "clerk", name: "Trần Thị Lan", role: "clerk", role_name: "Văn thư", section: "Văn phòng" },
  { id: "p-head", username: "head", name: "Lê Quang Minh", role: "head", role_name: "Hiệu trưởng", section: null },
  { id: "p-teacher", username: "teacher", name: "Phạm Thu Hà", role: "teacher", role_name: "Giáo viên", section: "Tổ Ngữ văn" },
  { id: "p-2", username: "nam.vo", name: "Võ Hoài Nam", role: "teacher", role_name: "Giáo viên", section: "Tổ Toán" },
  { id: "p-3", username: "mai.do", name: "Đỗ Ngọc Mai", role: "teacher", role_name: "Giáo viên", section: "Tổ Ngoại ngữ" },
  { id: "p-it", username: "it", name: "Hồ Văn Sáng", role: "it", role_name: "Cán bộ CNTT", section: null },
  { id: "p-first", username: "first", name: "Bùi Thanh Tùng", role: "teacher", role_name: "Giáo viên", section: "Tổ Sinh", must: true },
];
const types = [["official_letter", "Công văn", ""], ["decision", "Quyết định", "QĐ"], ["plan", "Kế hoạch", "KH"], ["notice", "Thông báo", "TB"], ["report", "Báo cáo", "BC"], ["invitation", "Giấy mời", "GM"]]
  .map(([id, name, abbreviation]) => ({ id, name, abbreviation }));
const typeName = (id) => types.find((t) => t.id === id)?.name ?? id;

let seq = 100;
const letters = [];
function add(book, number, fields) {
  letters.push({
    id: randomUUID(), book, year: 2026, number, number_text: number ? (book === "incoming" ? String(number) : `${String(number).padStart(2, "0")}/KH-THCSNVT`) : "",
    reference_code: "", issue_date: day(2), entered_on: day(0), issuing_body: unit.name, document_type: "official_letter", subject: "", urgency: "normal",
    urgency_name: "Thường", signatory: "", recipients: "", due_date: null, late: false, state: "registered", state_name: "Mới vào sổ", has_pdf: true,
    sealed: false, unread: false, copies: 1, note: "", version: 1, may: [], files: [], assignments: [], readers: [],
    seal: { state: "none" }, above: { state: "waiting", sentence: "Chưa gửi lên cấp trên, chờ có mạng" },
    way: [{ at: at(180), who: "Trần Thị Lan", what: book === "incoming" ? `Vào sổ, số đến ${number}` : "Soạn dự thảo", tone: "calm" }],
    ...fields,
  });
  return letters.at(-1);
}
const bodies = ["Phòng Văn hóa - Xã hội phường Suối Tre", "Sở Giáo dục và Đào tạo", "Công an phường Suối Tre", "Trạm Y tế phường", "Liên đội TNTP"];
const subjects = [
  "V/v hướng dẫn thực hiện nhiệm vụ giáo dục trung học năm học 2026 - 2027", "V/v rà soát cơ sở vật chất phục vụ kỳ thi chọn học sinh giỏi cấp phường",
  "Kế hoạch tổ chức ngày hội đọc sách và trưng bày sản phẩm học tập của học sinh khối 8", "V/v phối hợp bảo đảm an toàn giao thông trước cổng trường",
  "V/v báo cáo tình hình tiêm chủng và dịch bệnh trong trường học tuần 46", "Giấy mời họp giao ban hiệu trưởng các trường",
];
const states = [["registered", "Mới vào sổ"], ["submitted", "Đã trình"], ["assigned", "Đang giải quyết"], ["completed", "Hoàn thành"], ["void", "Đã hủy số"]];
for (let n = 1; n <= 34; n++) {
  const [state, state_name] = states[n === 20 ? 4 : n < 24 ? 3 : n < 29 ? 2 : n < 33 ? 1 : 0];
  add("incoming", n, {
    entered_on: day(Math.floor((34 - n) / 3)), issue_date: day(Math.floor((34 - n) / 3) + 3), issuing_body: bodies[n % 5], reference_code: `${140 + n}/${["PVHXH-GD", "SGDĐT-GDTrH", "CAP-QLHC", "TYT", "LĐ-ĐTN"][n % 5]}`,
    document_type: types[n % 6].id, subject: subjects[n % 6], state, state_name, recipients: n < 29 ? "Phạm Thu Hà; Tổ Toán" : "", unread: n > 31,
    due_date: n % 4 === 0 ? day(n > 27 ? -3 : 2) : null, late: n % 4 === 0 && n > 22 && n <= 28, urgency: n === 33 ? "urgent" : "normal", urgency_name: n === 33 ? "Khẩn" : "Thường",
    files: [{ name: "a".repeat(63) + (n % 10), title: "Bản quét", pages: 3, bytes: 412_345, kind: "scan", signed: false }], note: state === "void" ? "Vào sổ nhầm hai lần" : "",
  });
}
const full = letters[27];
full.way.push(
  { at: at(170), who: "Trần Thị Lan", what: "Trình Lê Quang Minh", tone: "calm" },
  { at: at(120), who: "Lê Quang Minh", what: "Cho ý kiến, giao Phạm Thu Hà chủ trì", words: "Cô Hà tham mưu kế hoạch, trình tôi trước thứ Sáu.", tone: "act" },
  { at: at(30), who: "Phạm Thu Hà", what: "Đã đọc", tone: "calm" },
);
full.assignments = [{ person: { id: "p-teacher", name: "Phạm Thu Hà" }, role: "lead", read_at: at(30) }, { person: { id: "p-2", name: "Võ Hoài Nam" }, role: "cooperating" }];
full.readers = [{ person: { name: "Lê Quang Minh" }, at: at(130) }, { person: { name: "Phạm Thu Hà" }, at: at(30) }];
const outs = [["released", "Đã phát hành"], ["approved", "Chờ phát hành"], ["submitted", "Chờ duyệt"], ["draft", "Dự thảo"]];
for (let n = 12; n >= 1; n--) {
  const [state, state_name] = outs[n > 3 ? 0 : n - 1] ?? outs[0];
  const released = n > 3 || n === 1;
  add("outgoing", released ? n : null, {
    document_type: "plan", subject: ["Tổ chức Ngày Nhà giáo Việt Nam 20/11", "Bồi dưỡng học sinh giỏi khối 9", "Kiểm tra nội bộ học kỳ I"][n % 3], signatory: "Lê Quang Minh", recipients: "Phòng VHXH; các tổ chuyên môn; lưu VT",
    state: released ? "released" : state, state_name: released ? "Đã phát hành" : state_name, sealed: n > 4, copies: 8, entered_on: day(n),
    seal: n > 4 ? { state: "sealed", sentence: "Đã đóng dấu số của Trường THCS Nguyễn Văn Trỗi" } : { state: "none" }, files: [{ name: "b".repeat(64), title: "Văn bản đã ký", pages: 2, bytes: 222_000, kind: n > 4 ? "sealed" : "upload", signed: n > 4 }],
    above: n > 4 ? { state: "received", at: at(1440 * n), sentence: "Cấp trên đã nhận" } : { state: "waiting", sentence: "Chờ gửi lên cấp trên" },
  });
}
const MAY = {
  clerk: { registered: ["submit", "assign", "attach", "void"], submitted: ["attach", "void"], assigned: ["assign", "attach", "void"], completed: ["attach"], draft: ["submit", "attach"], approved: ["release"], released: ["seal", "attach", "void"] },
  head: { registered: ["direct"], submitted: ["direct", "assign", "return"], assigned: ["direct", "complete"], draft: ["submit"], released: ["void"] },
  teacher: { assigned: ["complete"], draft: ["submit"] }, it: {},
};
const mayOf = (me, l) => (l.book === "outgoing" && l.state === "submitted" && me.role === "head" ? ["approve", "return"] : l.book === "outgoing" && l.state === "submitted" ? [] : (MAY[me.role][l.state] ?? []));
const waits = (me, l) => (me.role === "clerk" ? ["registered", "approved"].includes(l.state) : me.role === "head" ? l.state === "submitted" : l.state === "assigned");

const scans = new Map();
const streams = new Set();
const tell = (event, data) => streams.forEach((s) => s.write(`id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
const changed = (...topics) => tell("changed", { seq: ++seq, topics });
const clock = { state: process.env.CLOCK ?? "trusted", now: process.env.CLOCK ? "1970-01-01T08:00:00+07:00" : at(0), last_entry: at(60) };
const link = { state: "waiting", sentence: "Cấp trên đã nhận đến 14:05 · còn 3 văn bản chờ", acknowledged_at: at(75), waiting_documents: 3, waiting_entries: 21, waiting_blobs: 4, last_error: "Chưa có đường truyền: không gọi được máy của cấp trên. Máy tự thử lại.", next_try_at: at(-4), hub_name: "UBND phường Suối Tre" };
const scanner = { state: "ready", sentence: "Máy quét sẵn sàng: Fujitsu fi-7160", devices: [{ id: "fujitsu:1", label: "Fujitsu fi-7160", sources: ["flatbed", "feeder", "feeder_duplex"], colours: ["colour", "grey", "black_white"], resolutions_dpi: [150, 200, 300, 600] }] };
const certificates = [
  { id: "c1", subject: "TRƯỜNG THCS NGUYỄN VĂN TRỖI", organisation: "Trường THCS Nguyễn Văn Trỗi", issuer: "CA thử nghiệm", not_after: at(-400 * 1440), state: "valid", usable: true },
  { id: "c0", subject: "TRƯỜNG THCS NGUYỄN VĂN TRỖI", organisation: "Trường THCS Nguyễn Văn Trỗi", issuer: "CA thử nghiệm", not_after: at(40 * 1440), state: "expired", usable: false },
];

class Problem { constructor(status, code, detail, more = {}) { Object.assign(this, { status, code, detail, more }); } }
const refuse = (...args) => { throw new Problem(...args); };
const line = ({ may, files, way, assignments, readers, seal, above, ...l }) => l;
const find = (id) => letters.find((l) => l.id === id) ?? refuse(404, "not_found", "Không tìm thấy văn bản này. Có thể bạn không được giao.");
const pageSvg = (n, title) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 877"><rect width="620" height="877" fill="#fffef9"/><g font-family="serif" font-size="13" fill="#222"><text x="60" y="60">UBND PHƯỜNG SUỐI TRE</text><text x="330" y="60" font-weight="bold">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</text><text x="80" y="100">Số: 147/PVHXH-GD</text><text x="330" y="100" font-style="italic">Suối Tre, ngày 18 tháng 11 năm 2026</text><text x="190" y="160" font-weight="bold">${title} · trang ${n}</text>${Array.from({ length: 24 }, (_, i) => `<rect x="60" y="${200 + i * 22}" width="${i % 6 === 5 ? 240 : 500}" height="7" fill="#bbb"/>`).join("")}</g><circle cx="430" cy="770" r="52" fill="none" stroke="#c22" stroke-width="5"/></svg>`;
const pdf = () => {
  const objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>>>>>>>", "<</Length 55>>stream\nBT /F 20 Tf 80 760 Td (Cong van so 147/PVHXH-GD) Tj ET\nendstream"];
  let text = "%PDF-1.4\n"; const offsets = objects.map((o, i) => { const at = text.length; text += `${i + 1} 0 obj${o}endobj\n`; return at; });
  const x = text.length;
  return text + `xref\n0 5\n0000000000 65535 f \n${offsets.map((o) => `${String(o).padStart(10, "0")} 00000 n \n`).join("")}trailer<</Size 5/Root 1 0 R>>startxref\n${x}\n%%EOF`;
};

function runScan(scan, count) {
  const first = scan.pages.length + 1;
  scan.state = "scanning";
  const step = (n, lines) => {
    if (scan.state !== "scanning") return;
    Object.assign(scan, { scanning_page: n, lines_done: lines, lines_of: 3508 });
    tell("scan", { scan: scan.id, page: n, lines_done: lines, lines_of: 3508 });
    if (lines < 3508) return setTimeout(step, 120, n, lines + 877);
    scan.pages.push({ number: n, capture: randomUUID().replaceAll("-", ""), width_px: 2480, height_px: 3508, dpi: 300, kept_at: at(0) });
    scan.version++;
    tell("page", { scan: scan.id, number: n, capture: scan.pages.at(-1).capture });
    if (n < first + count - 1) return setTimeout(step, 100, n + 1, 0);
    scan.state = process.env.JAM ? "failed" : "done";
    if (process.env.JAM) scan.error = { code: "scan.jammed", sentence: "Giấy bị kẹt trong máy quét. Mở nắp, rút tờ kẹt ra, đặt lại từ tờ đó rồi bấm “Quét tiếp từ đây”." };
    changed("scans");
  };
  setTimeout(step, 300, first, 0);
}

const VERBS = {
  submit: (l) => [l, "submitted", l.book === "incoming" ? "Đã trình" : "Chờ duyệt", "Trình Lê Quang Minh"],
  direct: (l, b) => [l, b.lead ? "assigned" : l.state, b.lead ? "Đang giải quyết" : l.state_name, "Cho ý kiến"],
  assign: (l) => [l, "assigned", "Đang giải quyết", "Giao giải quyết"], complete: (l) => [l, "completed", "Hoàn thành", "Hoàn thành"],
  approve: (l) => [l, "approved", "Chờ phát hành", "Duyệt dự thảo"], return: (l) => [l, "draft", "Bị trả lại", "Trả lại"],
  release: (l) => ((l.number = 13), (l.number_text = "13/KH-THCSNVT"), [l, "released", "Đã phát hành", "Phát hành, số 13/KH-THCSNVT"]),
  void: (l) => [l, "void", "Đã hủy số", "Hủy số"], attach: (l) => [l, l.state, l.state_name, "Gắn tệp"],
  seal: (l, b) => { if (b.pin === "sai") refuse(422, "seal.wrong_pin", "Mã PIN không đúng. Gõ lại; chú ý phím Caps Lock và bộ gõ tiếng Việt.", { fields: { pin: "PIN không mở được khóa." } }); l.seal = { state: "requested", sentence: "đang đóng dấu…" }; setTimeout(() => { l.seal = { state: "sealed", sentence: "đã đóng dấu số" }; l.sealed = true; changed("letters"); }, 2500); return [l, l.state, l.state_name, "Yêu cầu đóng dấu"]; },
};

function api(method, path, query, body, me) {
  const key = `${method} ${path}`;
  if (key === "GET /api/door") return { unit, version: "0.1.0", clock };
  if (key === "POST /api/sessions") {
    const found = people.find((p) => p.username === body.username);
    if (!found || body.password === "sai") refuse(422, "session.wrong_password", "Tên đăng nhập hoặc mật khẩu không đúng. Gõ lại; sai 5 lần sẽ phải chờ 5 phút.");
    return { status: 201, cookie: found.username, json: meOf(found) };
  }
  if (key === "POST /api/sessions/end") return { status: 204, cookie: "" };
  if (!me) refuse(401, "session.none", "Bạn chưa đăng nhập.");
  let m;
  switch (key) {
    case "GET /api/me": return meOf(me);
    case "POST /api/me/password": if (body.new.length < 8) refuse(422, "password.short", "Mật khẩu mới quá ngắn. Dùng ít nhất 8 ký tự.", { fields: { new: "Ít nhất 8 ký tự." } }); me.must = false; return { status: 204 };
    case "GET /api/home": return homeOf(me);
    case "POST /api/clock/confirm": clock.state = "trusted"; return { status: 204 };
    case "GET /api/people": return people.map(({ must, username, ...p }) => p);
    case "GET /api/accounts": return { items: people.map((p, i) => ({ ...p, active: i !== 4, last_sign_in: i < 3 ? at(i * 90) : null, version: 1 })), next: null };
    case "POST /api/accounts": if (people.some((p) => p.username === body.username)) refuse(422, "account.taken", "Tên đăng nhập này đã có người dùng. Chọn tên khác.", { fields: { username: "Đã có người dùng tên này." } }); people.push({ id: randomUUID(), role_name: "Giáo viên", ...body, must: true }); changed("accounts"); return { status: 201, json: { ...people.at(-1), active: true, version: 1 } };
    case "GET /api/unit": return unit;
    case "POST /api/unit/amend": Object.assign(unit, body, { version: unit.version + 1 }); return { status: 204 };
    case "GET /api/document-types": return types;
    case "GET /api/books": return [{ book: "incoming", year: 2026, last_number: 34 }, { book: "incoming", year: 2025, last_number: 310 }, { book: "outgoing", year: 2026, last_number: 12 }];
    case "GET /api/letters": return listOf(me, query);
    case "POST /api/letters": return enter(body, me);
    case "GET /api/audit": return { items: Array.from({ length: 25 }, (_, i) => ({ seq: 1240 - i, at: at(i * 37), who: people[i % 3].name, kind: "letter", sentence: ["Vào sổ văn bản đến số 34", "Đăng nhập", "Quét 3 trang bằng Fujitsu fi-7160", "Cho ý kiến văn bản đến số 28"][i % 4] })), next: "1215" };
    case "GET /api/certificates": return certificates;
    case "POST /api/certificates": return refuse(422, "key.wrong_passphrase", "Mật khẩu của tệp khóa không đúng. Hỏi nơi cấp chứng thư rồi thử lại; tệp chưa được lưu.", { fields: { passphrase: "Không mở được tệp bằng mật khẩu này." } });
    case "GET /api/scanners": return scanner;
    case "POST /api/scans": { const scan = { id: randomUUID(), device_label: "Fujitsu fi-7160", state: "queued", started_at: at(0), pages: [], version: 1 }; scans.set(scan.id, scan); runScan(scan, 3); return { status: 201, json: scan }; }
    case "GET /api/scans": return { items: [...scans.values()].filter((s) => !["filed", "discarded"].includes(s.state)), next: null };
    case "POST /api/uploads": return { status: 201, json: { paper: { id: randomUUID(), name: "c".repeat(64), pages: 1, bytes: 120_000, signed: false } } };
    case "GET /api/link": return link;
    case "GET /api/link/details": return { ...link, notices: [{ at: at(300), title: "Nộp báo cáo tháng 11", text: "Các trường gửi báo cáo trước ngày 25/11. Đơn vị nào đã gửi thì bỏ qua lời nhắn này." }] };
    case "POST /api/link/enrol": return refuse(422, "link.code", "Mã này đã dùng hoặc hết hạn. Xin cấp trên một mã mới.", { fields: { code: "Mã không dùng được." } });
    case "POST /api/link/send-now": return { status: 204 };
  }
  if ((m = /^\/api\/letters\/([^/]+)$/.exec(path))) { const l = find(m[1]); return { ...l, may: mayOf(me, l) }; }
  if ((m = /^\/api\/letters\/([^/]+)\/([a-z]+)$/.exec(path)) && method === "POST") {
    const l = find(m[1]);
    if (m[2] === "read") { l.unread = false; return { status: 204 }; }
    if (body.version !== l.version) refuse(409, "version.stale", "Văn bản này vừa được người khác xử lý. Xem bản mới rồi làm lại.");
    if (m[2] === "direct" && !body.words) refuse(422, "letter.words", "Hãy ghi ý kiến.", { fields: { words: "Chưa có ý kiến." } });
    const [, state, state_name, what] = VERBS[m[2]](l, body);
    Object.assign(l, { state, state_name, version: l.version + 1 });
    l.way.push({ at: at(0), who: me.name, what, words: body.words ?? body.reason ?? body.report, tone: "act" });
    changed("letters");
    return l;
  }
  if ((m = /^\/api\/letters\/([^/]+)\/files\//.exec(path))) return { raw: pdf(), type: "application/pdf" };
  if ((m = /^\/api\/(?:letters|scans)\/([^/]+)\/pages\/(\d+)\.jpg$/.exec(path))) return { raw: pageSvg(m[2], "CÔNG VĂN"), type: "image/svg+xml" };
  if ((m = /^\/api\/scans\/([^/]+)(?:\/([a-z-]+))?$/.exec(path))) return scanStep(scans.get(m[1]) ?? refuse(404, "not_found", "Không còn bản quét này."), m[2], body);
  if (/^\/api\/(accounts|certificates)\//.test(path)) return { status: 204 };
  return refuse(404, "not_found", "Không có đường dẫn này.");
}

function scanStep(scan, verb, body) {
  if (!verb) return scan;
  if (verb === "cancel") scan.state = "cancelled";
  if (verb === "discard") scan.state = "discarded";
  if (verb === "continue") { scan.error = null; runScan(scan, 2); }
  if (verb === "drop-page") { scan.pages = scan.pages.filter((p) => p.number !== body.number); scan.version++; }
  if (verb === "compose") return { paper: { id: scan.id, name: "d".repeat(64), pages: scan.pages.length, bytes: 345_678 } };
  return scan;
}

const meOf = (p) => ({ id: p.id, username: p.username, name: p.name, role: p.role, role_name: p.role_name, section: p.section ?? "", must_change_password: !!p.must, unit_name: unit.name });
function listOf(me, q) {
  let found = letters.filter((l) => (!q.book || l.book === q.book) && (!q.state || l.state === q.state) && (!q.waiting || waits(me, l)) && (!q.text || JSON.stringify(l).toLowerCase().includes(q.text.toLowerCase())));
  if (me.role === "teacher") found = found.filter((l) => ["assigned", "completed", "released"].includes(l.state));
  found = found.sort((a, b) => (b.number ?? 99) - (a.number ?? 99)).slice(0, Number(q.limit ?? 50));
  return { items: found.map(line), next: null };
}
function enter(body, me) {
  if (body.book === "incoming") {
    for (const [name, sentence] of [["issuing_body", "Ghi cơ quan ban hành như trên đầu văn bản."], ["subject", "Ghi trích yếu."]]) if (!body[name]) refuse(422, "letter.incomplete", "Phiếu còn thiếu. Điền các ô được đánh dấu rồi vào sổ lại.", { fields: { [name]: sentence } });
    const same = letters.find((l) => l.reference_code && l.reference_code === body.reference_code);
    if (same && !body.duplicate_confirmed) refuse(409, "letter.duplicate", `Số ${body.reference_code} của nơi này đã có trong sổ năm nay.`, { existing: line(same) });
  }
  const l = add(body.book, body.book === "incoming" ? letters.filter((x) => x.book === "incoming").length + 1 : null, { ...body, document_type_name: undefined, state: body.book === "incoming" ? "registered" : "draft", state_name: body.book === "incoming" ? "Mới vào sổ" : "Dự thảo" });
  l.document_type_name = typeName(l.document_type);
  changed("letters");
  return { status: 201, json: { ...l, may: mayOf(me, l) } };
}
function homeOf(me) {
  const n = (f) => letters.filter(f).length;
  const counters = {
    clerk: [["register", "Giấy quét chờ vào sổ", scans.size, "/desk", "act"], ["submit", "Chờ trình", n((l) => l.state === "registered"), "/incoming?state=registered", "act"], ["release", "Chờ phát hành", n((l) => l.state === "approved"), "/outgoing?state=approved", "act"], ["seal", "Chờ đóng dấu", n((l) => l.state === "released" && !l.sealed), "/outgoing?state=released", "wait"], ["late", "Quá hạn giải quyết", n((l) => l.late), "/incoming?state=assigned", "late"]],
    head: [["direct", "Chờ cho ý kiến", n((l) => l.state === "submitted" && l.book === "incoming"), "/incoming?waiting=true", "act"], ["approve", "Chờ duyệt", n((l) => l.state === "submitted" && l.book === "outgoing"), "/outgoing?waiting=true", "act"], ["late", "Quá hạn", n((l) => l.late), "/incoming?state=assigned", "late"]],
    teacher: [["tasks", "Việc được giao", n((l) => l.state === "assigned"), "/tasks", "act"], ["new", "Chưa đọc", 2, "/incoming?waiting=true", "calm"], ["late", "Quá hạn", n((l) => l.late), "/tasks?late=true", "late"]],
    it: [["locked", "Tài khoản đang khóa", 0, "/people", "calm"]],
  }[me.role].map(([key, label, count, href, tone]) => ({ key, label, count, href, tone }));
  return { role: me.role, counters, today: letters.filter((l) => l.entered_on === day(0)).reverse().map(line), link, clock, scanner };
}
letters.forEach((l) => (l.document_type_name = typeName(l.document_type)));

const fleet = [
  ["Trường THCS Nguyễn Văn Trỗi", 2, 0], ["Trường Tiểu học Lê Lợi", 9000, 3], ["Trường Mầm non Hoa Sen", 40, 2], ["Trường THPT Chu Văn An", null, 0], ["Trường TH và THCS Bản Mù", 30, 0],
].map(([name, ago, missing_blobs], i) => ({ unit: `u${i}`, name, last_seen: ago === null ? null : at(ago), head_seq: 1240 - i * 190, missing_blobs, lines: 46 - i * 7, alarm: i === 4 ? "Lịch sử khác với sổ đã nhận; đã ngừng nhận" : null }));
function hubApi(method, path, query, body, operator) {
  const key = `${method} ${path}`;
  if (key === "POST /api/sessions") return body.password === "sai" ? refuse(422, "session.wrong_password", "Mật khẩu không đúng. Gõ lại hoặc hỏi người quản máy chủ.") : { status: 204, cookie: "operator" };
  if (key === "POST /api/sessions/end") return { status: 204, cookie: "" };
  if (!operator) refuse(401, "session.none", "Bạn chưa đăng nhập.");
  if (key === "GET /api/fleet") return fleet;
  if (key === "GET /api/lines") return { items: letters.filter((l) => l.number && (!query.book || l.book === query.book)).slice(-20).map((l, i) => ({ ...line(l), document: l.id, document_type: l.document_type_name, unit: fleet[i % 5].unit, unit_name: fleet[i % 5].name, received_at: at(i * 50), pdf: "e".repeat(64), has_pdf: i % 4 !== 1 })), next: null };
  if (key === "POST /api/enrol-codes") return { code: "7KQM-2RXD-94TF", valid_until: at(-1440 * 7) };
  if (key === "POST /api/notices") return { status: 204 };
  if (path.startsWith("/api/blobs/")) return { raw: pdf(), type: "application/pdf" };
  return refuse(404, "not_found", "Không có.");
}

const KINDS = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const CSP = "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; frame-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'none'; form-action 'self'";
function serve(port, entry, cookieName, answer) {
  createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://x");
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const who = new RegExp(`${cookieName}=([a-z.]+)`).exec(request.headers.cookie ?? "")?.[1];
    if (!pathname.startsWith("/api/")) {
      const name = pathname.includes(".") ? pathname.slice(1) : entry;
      try {
        const bytes = readFileSync(new URL(name, dist));
        return void response.writeHead(200, { "Content-Type": KINDS[name.split(".").pop()] ?? "application/octet-stream", "Content-Security-Policy": CSP }).end(bytes);
      } catch { return void response.writeHead(404).end(); }
    }
    const me = people.find((p) => p.username === who);
    if (pathname === "/api/live") {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" }).write(": chào\n\n");
      streams.add(response);
      return void response.on("close", () => streams.delete(response));
    }
    try {
      if (request.method !== "GET" && request.headers["x-requested-with"] !== "vanthu") refuse(403, "request.foreign", "Yêu cầu không đến từ trang này. Tải lại trang.");
      const isJson = request.headers["content-type"]?.includes("json");
      const got = answer(request.method, pathname, Object.fromEntries(searchParams), isJson && chunks.length ? JSON.parse(Buffer.concat(chunks)) : {}, cookieName === "vanthu" ? me : who);
      const wrapped = got && (got.status || got.raw) ? got : { json: got };
      const headers = { "Content-Type": wrapped.type ?? "application/json" };
      if (wrapped.cookie !== undefined) headers["Set-Cookie"] = `${cookieName}=${wrapped.cookie}; Path=/; HttpOnly; SameSite=Strict`;
      response.writeHead(wrapped.status ?? 200, headers).end(wrapped.raw ?? (wrapped.json === undefined ? undefined : JSON.stringify(wrapped.json)));
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, "fault", "Máy chủ gặp trục trặc.", { incident: "MOCK" });
      if (!(error instanceof Problem)) console.error(error);
      response.writeHead(problem.status, { "Content-Type": "application/problem+json" }).end(JSON.stringify({ type: "about:blank", title: problem.code, status: problem.status, code: problem.code, detail: problem.detail, ...problem.more }));
    }
  }).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
}
serve(PORT, "index.html", "vanthu", api);
serve(PORT + 1, "hub.html", "vanthu_hub", hubApi);
