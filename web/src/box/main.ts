import { mount } from "svelte";
import "../kit/tokens.css";
import "../kit/base.css";
import { startTheme } from "../kit/theme";
import App from "./App.svelte";

startTheme();
mount(App, { target: document.getElementById("app") ?? document.body });
