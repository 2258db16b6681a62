// What is shown does not change under the eyes of who reads it: while the pointer is on it,
// or the keyboard in it, or a text is selected, it is not refreshed.
document.addEventListener('htmx:before:request', function (event) {
  var main = document.getElementById('main');
  var focused = document.activeElement;
  var busy = document.hidden ||
    main.querySelector('table:hover, form:hover, pre:hover') ||
    focused && focused !== main && main.contains(focused) ||
    String(window.getSelection());
  if (busy) event.preventDefault();
});
