// SPDX-License-Identifier: MIT
// A program without mgkit on two shared libraries that take it in different forms.
int header_only_unit();
int compiled_unit();

int main() {
    return header_only_unit() + compiled_unit();
}
