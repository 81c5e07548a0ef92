#include "weights.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <span>
#include <utility>
#include <variant>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/sttr.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/version.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

using tensor = eigen::tensor<float>;

constexpr const char* landmark = "ske_emb.t_embedding.0.weight";

/// The prefix of the encoder's names: the only one, or the first that is known.
std::string find_prefix(const io::safetensors_file& file) {
    std::vector<std::string> found;
    for (const auto& entry : file.entries())
        if (entry.name.ends_with(landmark)) {
            std::string prefix =
                entry.name.substr(0, entry.name.size() - std::string(landmark).size());
            if (file.contains(prefix + "spe")) found.push_back(std::move(prefix));
        }
    if (found.size() == 1) return found[0];
    for (const char* known : {"backbone.", "", "model.backbone.", "module.backbone.", "model."})
        if (std::find(found.begin(), found.end(), known) != found.end()) return known;
    if (found.empty())
        throw error(file.path(), "an encoder with USDRL's names (backbone.spe, backbone.ske_emb.*)",
                    text(file.entries().size(), " other tensors"),
                    "write it with mgfm pretrain, or rename the tensors");
    throw error(file.path(), "one encoder",
                text(found.size(), ", below ", found[0], " and ", found[1]), "keep one of them");
}

/// Extents of a tensor of `rank` dimensions, each between 1 and a million.
std::vector<int> extents(const weight_facts& facts, const std::string& name, std::size_t rank) {
    const auto& shape = facts.file->shape(facts.prefix + name);
    std::vector<int> out;
    for (const auto extent : shape)
        if (extent >= 1 && extent <= 1000000) out.push_back(static_cast<int>(extent));
    if (shape.size() != rank || out.size() != rank)
        throw error(facts.file->path() + ": tensor " + facts.prefix + name,
                    text(rank, " dimensions of 1 to 1000000"), io::shape_text(shape));
    return out;
}

void expect(const weight_facts& facts, const std::string& name, const std::vector<int>& wanted) {
    if (extents(facts, name, wanted.size()) == wanted) return;
    throw error(facts.file->path() + ": tensor " + facts.prefix + name,
                "shape (" + list_of(wanted) + "), as the other tensors imply",
                io::shape_text(facts.file->shape(facts.prefix + name)), "the file is damaged");
}

void read_sizes(weight_facts& f) {
    const auto spe = extents(f, "spe", 3);
    f.tokens = spe[1];
    f.width = spe[2];
    const int columns = extents(f, landmark, 2)[1];
    const int rows = extents(f, "ske_emb.s_embedding.0.weight", 2)[1];
    if (columns % f.tokens != 0 || rows % (columns / f.tokens) != 0)
        throw error(f.file->path(), text("embeddings of a multiple of ", f.tokens, " joints"),
                    text(columns, " and ", rows, " columns"), "the file is damaged");
    f.channels = columns / f.tokens;
    f.frames = rows / f.channels;
    // Square tensors that must be in the file: sizes that only a header claims go no further.
    expect(f, landmark, {f.width, columns});
    expect(f, "ske_emb.t_embedding.3.weight", {f.width, f.width});
    if (f.file->contains(f.prefix + "t_tr.layers.0.self_attn.in_proj_weight")) {
        f.kind = "sttr";
        while (
            f.file->contains(text(f.prefix, "t_tr.layers.", f.layers, ".self_attn.in_proj_weight")))
            ++f.layers;
        return;
    }
    f.kind = "dste";
    expect(f, "t_tr.DSA.wt1.weight", {f.frames, f.frames});
    expect(f, "s_tr.DSA.wt1.weight", {f.tokens, f.tokens});
}

/// Clips whose sizes no weights of this file fit, for files that do not describe their encoder.
void check_sizes(const weight_facts& f, const corpus& from) {
    const auto& shape = from.clips.shape;
    if (f.tokens != shape.joints * shape.persons)
        throw error(f.file->path(),
                    text("an encoder of ", shape.joints, " joints x ", shape.persons,
                         shape.persons == 1 ? " person" : " persons", ", as the clips have"),
                    text("one of ", f.tokens, " tokens"), "use weights of this kind of skeleton");
    const int coordinates = skeleton::coordinates(shape.layout);
    if (f.channels != coordinates && !f.confidence)
        throw error(f.file->path(),
                    text("an encoder of ", coordinates, " channels, as the clips have (",
                         skeleton::name(shape.layout), ")"),
                    text("one of ", f.channels));
}

/// What the clips and options ask of the encoder.
encode::description asked_of(const weight_facts& f, const corpus& from,
                             const encoder_options& encoder, const data_options& data) {
    const auto& shape = from.clips.shape;
    encode::description out;
    out.settings = {{"joints", nn::exact(shape.joints)}, {"persons", nn::exact(shape.persons)}};
    if (encoder.heads > 0) out.settings["heads"] = nn::exact(encoder.heads);
    out.topology = from.clips.topology;
    out.channels =
        text(skeleton::coordinates(shape.layout) == 2 ? "xy" : "xyz", f.confidence ? "c" : "");
    if (f.about.stream || !encoder.stream.empty()) out.stream = skeleton::parse_stream(f.stream);
    if (f.about.prepared) out.prepared = {preparation(data), policy(data)};
    return out;
}

using any_encoder = std::variant<encode::dste<tensor>, encode::sttr<tensor>>;

any_encoder build(context& ctx, const weight_facts& f, const encode::clip_input& input) {
    const nn::scope at(ctx, "backbone");
    if (f.kind == "sttr")
        return encode::sttr<tensor>(at, {input.extents(), f.width, f.heads, f.layers});
    return encode::dste<tensor>(at, {.clip = input.extents(),
                                     .width = f.width,
                                     .heads = f.heads,
                                     .gap = f.gap,
                                     .alpha = f.alpha});
}

}  // namespace

encode::clip_input input_for(const weight_facts& f, const corpus& from) {
    return {from.clips.topology,
            from.clips.shape,
            {.frames = f.frames,
             .stream = skeleton::parse_stream(f.stream),
             .confidence = f.confidence}};
}

std::string weight_facts::says(const std::string& key) const {
    const auto found = file->metadata().find(key);
    return found == file->metadata().end() ? std::string() : found->second;
}

weight_facts read_facts(const encoder_options& options) {
    weight_facts f;
    f.file = std::make_shared<const io::safetensors_file>(options.weights);
    f.prefix = find_prefix(*f.file);
    read_sizes(f);
    f.about = encode::stored_description(*f.file).value_or(encode::description{});
    const auto settings =
        encode::settings_of<encode::dste_settings>(f.about.settings, options.weights);
    f.heads = settings.heads;
    f.gap = settings.gap;
    f.alpha = settings.alpha;
    if (f.about.stream) f.stream = skeleton::name(*f.about.stream);
    const bool states_heads = f.about.settings.contains("heads");
    if (!states_heads) f.heads = std::max(1, options.heads);
    const auto assumed = [&f](bool told, const std::string& note) {
        if (!told) f.notes.push_back("the file does not say " + note);
    };
    assumed(states_heads || options.heads > 0,
            "how many heads the encoder has: 1 is assumed (--heads)");
    assumed(
        f.kind != "dste" || f.about.settings.contains("gap"),
        text("how its layers shift: gap ", f.gap, ", alpha ", nn::exact(f.alpha), " are assumed"));
    assumed(f.about.stream || !options.stream.empty(),
            "what the encoder sees: the joint stream is assumed (--stream)");
    if (!options.stream.empty()) f.stream = options.stream;
    return f;
}

io::text_map facts_to_keep(const corpus& from) {
    return {
        {"program", "mgfm pretrain"}, {"version", mgkit::version}, {"data", from.clips.about.name}};
}

struct stored_encoder::state {
    context ctx;
    encode::clip_input input;
    any_encoder model;

    state(const weight_facts& f, const corpus& from, std::uint64_t seed, int threads)
        : ctx{.seed = seed, .threads = threads},
          input(input_for(f, from)),
          model(build(ctx, f, input)) {}
};

stored_encoder::stored_encoder(const weight_facts& f, const corpus& from, std::uint64_t seed,
                               int threads, bool load)
    : state_(std::make_unique<state>(f, from, seed, threads)) {
    if (!load) return;
    std::visit(
        [&](auto& model) {
            nn::load(state_->ctx, model, *f.file,
                     {.prefix = f.prefix, .ignore_extra = f.prefix.empty()});
        },
        state_->model);
}
stored_encoder::stored_encoder(const weight_facts& f, const corpus& from, int threads)
    : stored_encoder(f, from, 0, threads, true) {}
stored_encoder stored_encoder::untrained(const weight_facts& f, const corpus& from,
                                         std::uint64_t seed, int threads) {
    return {f, from, seed, threads, false};
}
stored_encoder::~stored_encoder() = default;
stored_encoder::stored_encoder(stored_encoder&&) noexcept = default;

data::feature_table stored_encoder::embed(const data::clip_set& clips,
                                          const std::function<void(int)>& on_rows) {
    constexpr std::size_t block = 512;  // whole batches, so that blocks change nothing
    std::map<int, std::vector<int>> of_subject;
    for (int i = 0; i < clips.size(); ++i)
        of_subject[clips.subjects[static_cast<std::size_t>(i)]].push_back(i);
    data::feature_table out;
    out.rows = static_cast<std::size_t>(clips.size());
    int done = 0;
    for (const auto& [subject, rows] : of_subject)
        for (std::size_t first = 0; first < rows.size(); first += block) {
            const auto part = std::span(rows).subspan(first, std::min(block, rows.size() - first));
            const data::clip_set some = clips.subset(part);
            const auto table = std::visit(
                [&](auto& model) { return encode::embed(state_->ctx, model, state_->input, some); },
                state_->model);
            out.columns = table.columns;
            out.values.resize(out.rows * out.columns);
            for (std::size_t i = 0; i < part.size(); ++i)
                std::ranges::copy(table.row(i), out.row(static_cast<std::size_t>(part[i])).begin());
            done += static_cast<int>(part.size());
            if (on_rows) on_rows(done);
        }
    return out;
}

encoder_and_clips open_encoder(const encoder_options& encoder, data_options& data, int threads) {
    encoder_and_clips out{read_facts(encoder), {}};
    weight_facts& f = out.facts;
    if (f.about.prepared) {
        const io::json says = encode::to_json(f.about);
        io::text_map words;
        for (const char* section : {"preparation", "reading"})
            for (const auto& [key, value] : says.at(section).items())
                words[key] = value.is_string() ? value.get<std::string>() : value.dump();
        data.adopt(words);
    } else {
        f.notes.push_back(
            "the file does not say how clips were prepared: --scale and --reference are taken as "
            "they stand");
    }
    out.from = load(data, threads);
    const auto& layout = out.from.clips.shape.layout;
    f.confidence =
        f.channels == skeleton::coordinates(layout) + 1 && skeleton::has_confidence(layout);
    if (f.about.settings.empty()) {
        check_sizes(f, out.from);
    } else {
        for (auto& note : encode::check_description(*f.file, asked_of(f, out.from, encoder, data)))
            f.notes.push_back(std::move(note));
        check_sizes(f, out.from);
    }
    for (const std::string& note : f.notes) say("note: " + note);
    return out;
}

std::string settle_for_all(corpus& from, data_options& data) {
    const auto all = mgkit::data::all_of(from.clips);
    std::vector<int> training;
    if (from.clips.published)
        for (const int i : all)
            if ((*from.clips.published)[static_cast<std::size_t>(i)] == 0) training.push_back(i);
    return training.empty()
               ? settle_reference(from, data, all, "all that there are")
               : settle_reference(from, data, training, "the training side of the published split");
}

seen_people people_seen(const weight_facts& facts, const corpus& from, std::vector<int> scored) {
    seen_people out;
    out.pretrained_on = facts.says("data");
    out.scored_on = from.clips.about.name;
    std::sort(scored.begin(), scored.end());
    scored.erase(std::unique(scored.begin(), scored.end()), scored.end());
    out.scored = std::move(scored);
    const std::string stored = facts.says("subjects");
    if (stored.empty()) return out;
    out.known = true;
    const std::string where = facts.file->path() + ": metadata 'subjects'";
    const auto trained = io::as<std::vector<int>>(io::parse_json(stored, where), where);
    for (const int s : out.scored)
        if (std::find(trained.begin(), trained.end(), s) != trained.end()) out.shared.push_back(s);
    return out;
}

std::string seen_people::words() const {
    if (!known)
        return "The file does not say whose clips the encoder was pre-trained on: whether it saw "
               "the people scored here is unknown.";
    if (shared.empty()) return {};
    std::string who = text(shared.size(), " of the ", scored.size(), " subjects scored here (",
                           list_of(shared), ")");
    if (same_name())
        return text("The encoder was pre-trained, without labels, on clips of ", who,
                    ": figures for people it never saw may be lower.");
    return text(
        "The encoder was pre-trained, without labels, on clips of subjects with the "
        "numbers of ",
        who, ". Those clips are called \"", pretrained_on, "\", these \"", scored_on,
        "\": if both count the same people, figures for people it never saw may be lower; "
        "equal numbers may also mean other people, which the files cannot tell.");
}

io::json seen_people::json() const {
    return {{"known", known},
            {"pretrained_on", pretrained_on},
            {"same_name", same_name()},
            {"certainty", !known        ? "unknown"
                          : same_name() ? "equal numbers in sets of one name"
                                        : "equal numbers in sets of different names"},
            {"scored", scored},
            {"seen", shared}};
}

}  // namespace mgfm
