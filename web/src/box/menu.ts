// The places of the page and who may use them: one list feeds the menu, the phone's bar and "Thêm".

import type { Role } from "../api/types";
import type { IconName } from "../kit/icons";

export interface MenuPlace {
  path: string;
  label: string;
  short?: string;
  icon: IconName;
  roles?: readonly Role[];
  phone?: boolean;
}

export const PLACES: readonly MenuPlace[] = [
  { path: "/", label: "Trang chủ", icon: "home", phone: true },
  { path: "/incoming", label: "Văn bản đến", short: "Đến", icon: "incoming", roles: ["clerk", "head", "teacher"], phone: true },
  { path: "/outgoing", label: "Văn bản đi", short: "Đi", icon: "outgoing", roles: ["clerk", "head", "teacher"], phone: true },
  { path: "/desk", label: "Bàn quét", icon: "desk", roles: ["clerk"] },
  { path: "/tasks", label: "Việc", icon: "tasks", roles: ["clerk", "head", "teacher"], phone: true },
  { path: "/signing", label: "Ký số, đóng dấu", icon: "seal", roles: ["clerk", "head"] },
  { path: "/delegations", label: "Ký thay", icon: "pen", roles: ["clerk", "head"] },
  { path: "/certificates", label: "Chứng thư số", icon: "certificate" },
  { path: "/link", label: "Nối với cấp trên", icon: "link" },
  { path: "/people", label: "Tài khoản", icon: "people", roles: ["it", "head"] },
  { path: "/unit", label: "Đơn vị", icon: "unit", roles: ["it"] },
  { path: "/audit", label: "Nhật ký", icon: "audit", roles: ["it", "head"] },
];

export function placesFor(role: Role): MenuPlace[] {
  return PLACES.filter((place) => !place.roles || place.roles.includes(role));
}

export function isAt(place: MenuPlace, path: string): boolean {
  return place.path === "/" ? path === "/" : path === place.path || path.startsWith(`${place.path}/`);
}
