// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/svg.hpp"

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE svg::svg(double width, double height, std::string_view title,
                           std::string_view description)
    : width_(width), height_(height), title_(escape(title)), description_(escape(description)) {
    if (!(width > 0 && height > 0 && width < 1e6 && height < 1e6))
        throw error("report::svg", "a size above 0 and below a million",
                    text(width, " x ", height));
}

MGKIT_COLD_INLINE svg& svg::line(double x1, double y1, double x2, double y2,
                                 std::string_view kind) {
    body_ += "<line class=\"" + std::string(kind) + "\" x1=\"" + number(x1) + "\" y1=\"" +
             number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) + "\"/>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::rectangle(double x, double y, double w, double h, std::string_view kind,
                                      double opacity) {
    body_ += "<rect class=\"" + std::string(kind) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
             "\" width=\"" + number(w) + "\" height=\"" + number(h) + "\"";
    if (opacity < 1) body_ += " fill-opacity=\"" + fixed(opacity, 3) + "\"";
    body_ += "/>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::circle(double x, double y, double r, std::string_view kind) {
    body_ += "<circle class=\"" + std::string(kind) + "\" cx=\"" + number(x) + "\" cy=\"" +
             number(y) + "\" r=\"" + number(r) + "\"/>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::label(double x, double y, std::string_view words, std::string_view kind,
                                  std::string_view anchor, double turn) {
    body_ += "<text class=\"" + std::string(kind) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
             "\" text-anchor=\"" + std::string(anchor) + "\"";
    if (turn != 0)
        body_ += " transform=\"rotate(" + number(turn) + " " + number(x) + " " + number(y) + ")\"";
    body_ += ">" + escape(words) + "</text>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::path(std::string_view data, std::string_view kind,
                                 std::string_view style) {
    body_ += "<path class=\"" + std::string(kind) + "\"";
    if (!style.empty()) body_ += " style=\"" + std::string(style) + "\"";
    body_ += " d=\"" + std::string(data) + "\"/>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::open(std::string_view words) {
    body_ += "<g><title>" + escape(words) + "</title>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::close() {
    body_ += "</g>\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::open_group(std::string_view kind, std::string_view style) {
    body_ += "<g class=\"" + std::string(kind) + "\"";
    if (!style.empty()) body_ += " style=\"" + std::string(style) + "\"";
    body_ += ">\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::open_window(double x, double y, double side, double units) {
    body_ += "<svg x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(side) +
             "\" height=\"" + number(side) + "\" viewBox=\"0 0 " + number(units) + " " +
             number(units) + "\">\n";
    return *this;
}

MGKIT_COLD_INLINE svg& svg::close_window() {
    body_ += "</svg>\n";
    return *this;
}

MGKIT_COLD_INLINE std::string svg::element() const {
    return "<svg class=\"mg\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"" +
           number(width_) + "\" height=\"" + number(height_) + "\" viewBox=\"0 0 " +
           number(width_) + " " + number(height_) + "\" aria-label=\"" + title_ + "\"><title>" +
           title_ + "</title><desc>" + description_ + "</desc>\n" + body_ + "</svg>\n";
}

MGKIT_COLD_INLINE std::string svg::document() const {
    std::string out = element();
    const std::string paper = "<style>" + std::string(svg_style) + "</style>\n" +
                              "<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n";
    out.insert(out.find("</desc>\n") + 8, paper);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + out;
}

MGKIT_COLD_INLINE std::string svg::number(double v) {
    if (!(v > -1e7 && v < 1e7)) return "0";
    std::string out = fixed(v, 1);
    if (out.ends_with(".0")) out.resize(out.size() - 2);
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
