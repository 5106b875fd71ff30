/** Line drawings on a 24 by 24 field. */
export const shapes = {
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  incoming: "M4 13v6h16v-6M12 4v10m-4-4 4 4 4-4",
  outgoing: "M4 13v6h16v-6M12 14V4M8 8l4-4 4 4",
  tasks: "M5 6h2m3 0h9M5 12h2m3 0h9M5 18h2m3 0h9",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  desk: "M4 14h16v5H4zM6 14V5h12v9M9 8h6",
  link: "M12 20V9m-5 5 5-5 5 5M5 4h14",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6m-6 9c0-4 3-6 6-6s6 2 6 6m1-15a3 3 0 0 1 0 6m2 3c2 1 3 3 3 6",
  unit: "M4 20h16M6 20V8l6-4 6 4v12M10 20v-5h4v5",
  seal: "M12 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10m0-7v4m-2-2h4M5 20h14M7 17h10",
  pen: "M4 20l4-1L19 8l-3-3L5 16zM14 7l3 3M13 20h7",
  certificate: "M5 4h14v10H5zM9 20v-6m6 6v-6M8 8h8",
  audit: "M6 4h12v16H6zM9 9h6M9 13h6",
  search: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14m5-2 6 6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-8 8c0-4 4-6 8-6s8 2 8 6",
};
export type IconName = keyof typeof shapes;
