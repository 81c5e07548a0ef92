// SPDX-License-Identifier: MIT
// Definitions of audit_json.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/audit.hpp"
#include "mgkit/report/audit_json.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/json.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// Constraints beyond those of prior_sampler, in their order; nothing where there are none.
MGKIT_COLD_INLINE void put_others(io::json& out, const audit_counts& c) {
    for (const audit_cause& cause : c.others)
        out["others"].push_back({{"cause", clean(cause.name)}, {"refused", cause.refused}});
}

MGKIT_COLD_INLINE void put_counts(io::json& out, const audit_counts& c) {
    out["proposed"] = c.proposed;
    out["accepted"] = c.accepted;
    out["too_long"] = c.too_long;
    out["not_visible"] = c.not_visible;
    out["person_change"] = c.person_change;
    out["overlap"] = c.overlap;
    put_others(out, c);
}

MGKIT_COLD_INLINE std::int64_t count_of(const io::json& object, const char* key,
                                        const std::string& where) {
    constexpr std::int64_t most = 1'000'000'000'000'000;  // sums stay far from overflow
    const auto value = io::get<std::int64_t>(object, key, where);
    if (value < 0 || value > most)
        throw error(where + ": '" + key + "'", text("a count from 0 to ", most), text(value));
    return value;
}

MGKIT_COLD_INLINE double real_of(const io::json& object, const char* key,
                                 const std::string& where) {
    const double value = io::get<double>(object, key, where);
    if (!(std::abs(value) <= 1e12))
        throw error(where + ": '" + key + "'", "a number within 1e12", text(value));
    return value;
}

MGKIT_COLD_INLINE std::optional<double> real_or_none(const io::json& object, const char* key,
                                                     const std::string& where) {
    if (io::get_or<io::json>(object, key, nullptr, where).is_null()) return std::nullopt;
    return real_of(object, key, where);
}

MGKIT_COLD_INLINE std::vector<io::json> entries_of(const io::json& value, const char* key,
                                                   std::size_t most, const std::string& where) {
    if (io::get_or<io::json>(value, key, nullptr, where).is_null()) return {};
    auto out = io::get<std::vector<io::json>>(value, key, where);
    if (out.size() > most)
        throw error(where + ": '" + key + "'", text("at most ", most, " entries"),
                    text(out.size()));
    return out;
}

MGKIT_COLD_INLINE audit_counts counts_of(const io::json& value, const io::json& rejected,
                                         const std::string& where) {
    audit_counts out;
    out.proposed = count_of(value, "proposed", where);
    out.accepted = count_of(value, "accepted", where);
    out.too_long = count_of(rejected, "too_long", where);
    out.not_visible = count_of(rejected, "not_visible", where);
    out.overlap = count_of(rejected, "overlap", where);
    // Audits of versions that knew no such cause do not name it.
    if (rejected.contains("person_change"))
        out.person_change = count_of(rejected, "person_change", where);
    for (const auto& entry : entries_of(rejected, "others", 1000, where))
        out.others.push_back(
            {io::get<std::string>(entry, "cause", where), count_of(entry, "refused", where)});
    const auto known = out.accepted + out.too_long + out.not_visible + out.overlap +
                       out.person_change + out.by_others();
    if (known > out.proposed)
        throw error(where, "at most as many accepted and rejected as were proposed",
                    text(known, " of ", out.proposed));
    return out;
}

MGKIT_COLD_INLINE io::json fit_json(const std::optional<audit_fit>& fit) {
    return fit ? io::json{{"statistic", fit->statistic}, {"p", fit->p}} : io::json(nullptr);
}

MGKIT_COLD_INLINE std::optional<audit_fit> fit_of(const io::json& value, const char* key,
                                                  const std::string& where) {
    const auto fit = io::get_or<io::json>(value, key, nullptr, where);
    if (fit.is_null()) return std::nullopt;
    const std::string place = where + ": '" + key + "'";
    return audit_fit{real_of(fit, "statistic", place), real_of(fit, "p", place)};
}

/// Members but the first value, whose key differs.
MGKIT_COLD_INLINE void put_overlap(io::json& out, const audit_overlap& o) {
    out["low"] = number(o.low);
    out["high"] = number(o.high);
    out["shift_chance"] = number(o.chance);
    out["shift_chance_low"] = number(o.chance_low);
    out["shift_chance_high"] = number(o.chance_high);
    out["shifts"] = o.shifts;
    out["own_chance"] = number(o.own_chance);
    out["own_chance_low"] = number(o.own_chance_low);
    out["own_chance_high"] = number(o.own_chance_high);
    out["own_p"] = number(o.own_p);
    out["own_draws"] = o.own_draws;
    out["people"] = o.people;
}

MGKIT_COLD_INLINE audit_overlap overlap_of(const io::json& value, const char* key,
                                           const std::string& where) {
    audit_overlap out;
    out.value = real_of(value, key, where);
    out.low = real_or_none(value, "low", where);
    out.high = real_or_none(value, "high", where);
    // Audits of versions that knew no other chance call it just that.
    const bool named = value.contains("shift_chance") || !value.contains("chance");
    out.chance = real_or_none(value, named ? "shift_chance" : "chance", where);
    out.chance_low = real_or_none(value, named ? "shift_chance_low" : "chance_low", where);
    out.chance_high = real_or_none(value, named ? "shift_chance_high" : "chance_high", where);
    if (value.contains("shifts")) out.shifts = count_of(value, "shifts", where);
    out.own_chance = real_or_none(value, "own_chance", where);
    out.own_chance_low = real_or_none(value, "own_chance_low", where);
    out.own_chance_high = real_or_none(value, "own_chance_high", where);
    out.own_p = real_or_none(value, "own_p", where);
    if (value.contains("own_draws")) out.own_draws = count_of(value, "own_draws", where);
    if (value.contains("people")) out.people = count_of(value, "people", where);
    return out;
}

MGKIT_COLD_INLINE io::json truth_json(const audit_truth& t) {
    return {{"annotators", clean(t.annotators)},
            {"recordings_annotated", t.annotated},
            {"recordings_not_annotated", t.not_annotated},
            {"recordings_with_several_annotators", t.several},
            {"segments", t.segments},
            {"segments_not_used", t.unused},
            {"people", t.people},
            {"recordings_without_subject", t.unnamed}};
}

MGKIT_COLD_INLINE audit_truth truth_of(const io::json& value, const std::string& where) {
    return {io::get<std::string>(value, "annotators", where),
            count_of(value, "recordings_annotated", where),
            count_of(value, "recordings_not_annotated", where),
            count_of(value, "recordings_with_several_annotators", where),
            count_of(value, "segments", where),
            count_of(value, "segments_not_used", where),
            count_of(value, "people", where),
            count_of(value, "recordings_without_subject", where)};
}

MGKIT_COLD_INLINE std::vector<double> shares_of(const io::json& value, const char* key,
                                                std::size_t bins, const std::string& where) {
    auto out = io::get_or<std::vector<double>>(value, key, {}, where);
    const std::string place = where + ": '" + key + "'";
    if (!out.empty() && out.size() != bins)
        throw error(place, text(bins, " shares, one per bin"), text(out.size()));
    for (const double share : out)
        if (!(share >= 0 && share <= 1 + 1e-9))
            throw error(place, "shares from 0 to 1", text(share));
    return out;
}

MGKIT_COLD_INLINE audit_durations durations_of(const io::json& value, const std::string& where) {
    constexpr std::size_t most = 4096;
    audit_durations out;
    out.edges = io::get<std::vector<double>>(value, "edges", where);
    if (out.edges.size() < 2 || out.edges.size() > most + 1)
        throw error(where + ": 'edges'", text("2 to ", most + 1, " edges of bins"),
                    text(out.edges.size()));
    for (std::size_t k = 0; k < out.edges.size(); ++k)
        if (!(out.edges[k] >= 0 && out.edges[k] <= 1e9) ||
            (k > 0 && !(out.edges[k] > out.edges[k - 1])))
            throw error(where + ": 'edges'", "rising edges in seconds, from 0 on",
                        text(out.edges[k], " at ", k));
    const std::size_t bins = out.edges.size() - 1;
    out.prior = shares_of(value, "prior", bins, where);
    out.proposed = shares_of(value, "proposed", bins, where);
    out.accepted = shares_of(value, "accepted", bins, where);
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE io::json to_json(const audit& a) {
    io::json out{{"kind", "audit"},
                 {"program", "mgfm audit"},
                 {"version", clean(a.version)},
                 {"command", clean(a.command)},
                 {"corpus", clean(a.corpus)},
                 {"synthetic", a.synthetic},
                 {"fps", detail::number(a.fps)},
                 {"policy",
                  {{"quota", a.policy.quota},
                   {"budget", a.policy.budget},
                   {"threshold", a.policy.threshold},
                   {"redraw_start", a.policy.redraw_start}}},
                 {"recordings", a.recordings},
                 {"proposed", a.counts.proposed},
                 {"accepted", a.counts.accepted},
                 {"rejections",
                  {{"too_long", a.counts.too_long},
                   {"not_visible", a.counts.not_visible},
                   {"person_change", a.counts.person_change},
                   {"overlap", a.counts.overlap}}},
                 {"deciles", io::json::array()},
                 {"ks_proposed", detail::fit_json(a.proposed_fit)},
                 {"ks_accepted", detail::fit_json(a.accepted_fit)},
                 {"iod", io::json::array()},
                 {"rates", io::json::array()},
                 {"sweep", io::json::array()},
                 {"caveats", detail::names_json(caveats(a))},
                 {"notes", detail::names_json(a.notes)},
                 {"findings", data::to_json(a.found)}};
    detail::put_others(out["rejections"], a.counts);
    if (!a.generator.empty()) out["generator_version"] = clean(a.generator);
    for (const audit_decile& d : a.deciles) {
        io::json entry{{"from_seconds", d.from}, {"to_seconds", d.to}};
        detail::put_counts(entry, d.counts);
        out["deciles"].push_back(std::move(entry));
    }
    if (!a.durations.edges.empty())
        out["durations"] = {{"edges", a.durations.edges},
                            {"prior", a.durations.prior},
                            {"proposed", a.durations.proposed},
                            {"accepted", a.durations.accepted}};
    for (const audit_overlap& o : a.overlaps) {
        io::json entry{
            {"truth", clean(o.truth)}, {"measure", clean(o.measure)}, {"value", o.value}};
        detail::put_overlap(entry, o);
        out["iod"].push_back(std::move(entry));
    }
    if (a.cut_ins)
        out["cut_ins"] = {{"nobody", a.cut_ins->nobody},
                          {"another_person", a.cut_ins->another_person},
                          {"replay", a.cut_ins->replay}};
    if (a.truth) out["truth"] = detail::truth_json(*a.truth);
    for (const audit_rate& r : a.rates)
        out["rates"].push_back({{"fps", r.fps}, {"recordings", r.recordings}});
    if (a.clips)
        out["clips"] = {{"fps", a.clips->fps},
                        {"from_another_rate", a.clips->converted},
                        {"shortened", a.clips->shortened}};
    for (const audit_setting& s : a.sweep) {
        io::json entry{{"parameter", clean(s.parameter)},
                       {"value", s.setting},
                       {"clips", s.clips},
                       {"iod", s.overlap.value}};
        detail::put_overlap(entry, s.overlap);
        out["sweep"].push_back(std::move(entry));
    }
    return out;
}

MGKIT_COLD_INLINE audit audit_from_json(const io::json& value, const std::string& where) {
    audit out;
    out.corpus = io::get<std::string>(value, "corpus", where);
    out.version = io::get_or<std::string>(value, "version", "", where);
    out.command = io::get_or<std::string>(value, "command", "", where);
    out.generator = detail::generator_of(value);
    out.synthetic = io::get_or<bool>(value, "synthetic", !out.generator.empty(), where);
    out.fps = detail::real_or_none(value, "fps", where);
    out.notes = io::get_or<std::vector<std::string>>(value, "notes", {}, where);
    if (const io::json* found = value.find("findings"))
        out.found = data::findings_from_json(*found, where + ": 'findings'");
    const auto policy = io::get<io::json>(value, "policy", where);
    const std::string in_policy = where + ": 'policy'";
    out.policy = {detail::count_of(policy, "quota", in_policy),
                  detail::count_of(policy, "budget", in_policy),
                  detail::real_of(policy, "threshold", in_policy),
                  io::get_or<bool>(policy, "redraw_start", false, in_policy)};
    out.recordings = detail::count_of(value, "recordings", where);
    out.counts = detail::counts_of(value, io::get<io::json>(value, "rejections", where), where);
    for (const auto& entry : detail::entries_of(value, "deciles", 100, where)) {
        const std::string place = text(where, ": decile ", out.deciles.size());
        audit_decile d{detail::real_of(entry, "from_seconds", place),
                       detail::real_of(entry, "to_seconds", place),
                       detail::counts_of(entry, entry, place)};
        if (!(d.from >= 0 && d.to >= d.from))
            throw error(place, "durations from short to long", text(d.from, " to ", d.to));
        out.deciles.push_back(d);
    }
    out.proposed_fit = detail::fit_of(value, "ks_proposed", where);
    out.accepted_fit = detail::fit_of(value, "ks_accepted", where);
    if (const auto d = io::get_or<io::json>(value, "durations", nullptr, where); !d.is_null())
        out.durations = detail::durations_of(d, where + ": 'durations'");
    for (const auto& entry : detail::entries_of(value, "iod", 200, where)) {
        const std::string place = text(where, ": iod ", out.overlaps.size());
        audit_overlap o = detail::overlap_of(entry, "value", place);
        o.truth = io::get<std::string>(entry, "truth", place);
        o.measure = io::get<std::string>(entry, "measure", place);
        out.overlaps.push_back(std::move(o));
    }
    if (const auto c = io::get_or<io::json>(value, "cut_ins", nullptr, where); !c.is_null())
        out.cut_ins = {detail::count_of(c, "nobody", where + ": 'cut_ins'"),
                       detail::count_of(c, "another_person", where + ": 'cut_ins'"),
                       detail::count_of(c, "replay", where + ": 'cut_ins'")};
    if (const auto t = io::get_or<io::json>(value, "truth", nullptr, where); !t.is_null())
        out.truth = detail::truth_of(t, where + ": 'truth'");
    for (const auto& entry : detail::entries_of(value, "rates", 1000, where)) {
        const std::string place = text(where, ": rate ", out.rates.size());
        out.rates.push_back(
            {detail::real_of(entry, "fps", place), detail::count_of(entry, "recordings", place)});
    }
    if (const auto c = io::get_or<io::json>(value, "clips", nullptr, where); !c.is_null()) {
        const std::string place = where + ": 'clips'";
        out.clips = {detail::real_of(c, "fps", place),
                     detail::count_of(c, "from_another_rate", place),
                     detail::count_of(c, "shortened", place)};
    }
    for (const auto& entry : detail::entries_of(value, "sweep", 1000, where)) {
        const std::string place = text(where, ": sweep ", out.sweep.size());
        out.sweep.push_back({io::get<std::string>(entry, "parameter", place),
                             detail::real_of(entry, "value", place),
                             detail::count_of(entry, "clips", place),
                             detail::overlap_of(entry, "iod", place)});
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
