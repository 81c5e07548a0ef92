// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/html_page.hpp"

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE html_page& html_page::tag(std::string_view element, std::string_view words,
                                            std::string_view kind) {
    body_ += "<" + std::string(element) +
             (kind.empty() ? "" : " class=\"" + std::string(kind) + "\"") + ">" + escape(words) +
             "</" + std::string(element) + ">\n";
    return *this;
}

MGKIT_COLD_INLINE html_page& html_page::markup(std::string_view trusted) {
    body_ += trusted;
    return *this;
}

MGKIT_COLD_INLINE html_page& html_page::list(std::span<const std::string> items) {
    body_ += "<ul>\n";
    for (const std::string& item : items) tag("li", item);
    body_ += "</ul>\n";
    return *this;
}

MGKIT_COLD_INLINE html_page& html_page::figure(const svg& drawing, std::string_view caption) {
    body_ += "<figure>\n" + drawing.element();
    if (!caption.empty()) tag("figcaption", caption);
    body_ += "</figure>\n";
    return *this;
}

MGKIT_COLD_INLINE html_page& html_page::open_table(std::string_view caption,
                                                   std::span<const std::string> columns,
                                                   std::size_t names) {
    names_ = names;
    columns_ = columns.size();
    body_ += "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"" + escape(caption) +
             "\"><table><caption>" + escape(caption) + "</caption>\n<thead><tr>";
    for (std::size_t k = 0; k < columns.size(); ++k)
        body_ += "<th scope=\"col\"" + std::string(k < names ? "" : " class=\"n\"") + ">" +
                 escape(columns[k]) + "</th>";
    body_ += "</tr></thead>\n<tbody>\n";
    return *this;
}

MGKIT_COLD_INLINE html_page& html_page::row(std::span<const html_cell> cells, bool own) {
    if (cells.size() != columns_)
        throw error("report::html_page", text(columns_, " cells, one per column"),
                    text(cells.size()));
    body_ += own ? "<tr class=\"own\">" : "<tr>";
    for (std::size_t k = 0; k < cells.size(); ++k) {
        const std::string aside =
            cells[k].aside.empty() ? "" : " <span>" + escape(cells[k].aside) + "</span>";
        if (k == 0)
            body_ += "<th scope=\"row\">" + escape(cells[k].text) + aside + "</th>";
        else
            body_ += std::string(k < names_ ? "<td>" : "<td class=\"n\">") + escape(cells[k].text) +
                     aside + "</td>";
    }
    body_ += "</tr>\n";
    return *this;
}

MGKIT_COLD_INLINE std::string html_page::str(std::string_view title) const {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "style-src 'unsafe-inline'\">\n<title>" +
           escape(title) + "</title>\n<style>" + std::string(svg_style) + std::string(page_style) +
           "</style>\n</head>\n<body>\n" + body_ + "</body>\n</html>\n";
}

}  // namespace MGKIT_NAMESPACE::report
