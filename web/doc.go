// Package web is what all pages share: the shell, the stylesheet of design tokens, the modules, and how they are served.
//
// Nothing is built: the files are served as they were written, embedded, with the hash of all of them in their path, so that
// browsers keep them for good and a module's relative imports have the same version as the module. Pages run under Policy:
// no inline scripts or styles, nothing from elsewhere but pictures. README.md is the guide to the parts, Components the page that
// shows them.
package web
